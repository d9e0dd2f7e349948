"""Cases: who works on what; the door every other part of the Workbench passes."""
