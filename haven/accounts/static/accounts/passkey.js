/* Passkey: what is said when the browser did not give one.
 *
 * In      the event "allauth.error" of django-allauth's script; [id=passkey-trouble]
 * Out     the sentence is shown; nothing is sent
 * Fails   without this file the button does nothing more when the question is closed
 * Not     here: the ceremony (mfa/js/webauthn.js of django-allauth)
 */
(() => {
  "use strict";

  document.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    const trouble = document.getElementById("passkey-trouble");
    if (trouble) trouble.hidden = false;
  });
})();
