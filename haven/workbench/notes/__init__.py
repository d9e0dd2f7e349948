"""What members write down about a case and about things in it."""
