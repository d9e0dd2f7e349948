/* Passkey: the button waits until it can do something; what is said when no passkey was given.
 *
 * In      [id=passkey-button], disabled; the event "allauth.error" of django-allauth's script;
 *         [id=passkey-trouble]
 * Out     the button can be pressed once the scripts are there; the sentence is shown; nothing
 *         is sent
 * Fails   without this file the button stays disabled: a press could only do nothing
 * Not     here: the ceremony (mfa/js/webauthn.js of django-allauth)
 */
(() => {
  "use strict";

  // After the listener of account/js/onload.js, which is loaded before this file.
  document.addEventListener("DOMContentLoaded", () => {
    const button = document.getElementById("passkey-button");
    if (!button) return;
    button.disabled = false;
    if (button.autofocus) button.focus();
  });

  document.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    const trouble = document.getElementById("passkey-trouble");
    if (trouble) trouble.hidden = false;
  });
})();
