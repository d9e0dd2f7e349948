"""Backend: checking a password.

In      a sign-in name and a password
Out     the member, or nobody
Fails   as for nobody: a member who left is no different from one who never was
Not     here: second factors, limits on tries (adapter.py)
"""

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.base_user import AbstractBaseUser


class PasswordBackend(AuthenticationBackend):
    """allauth's check, which takes the same time for a name that is not there."""

    def _check_password(
        self, user: AbstractBaseUser | None, password: str
    ) -> AbstractBaseUser | None:
        """Return the member if the password is theirs and they are still with us.

        allauth sends one who left, and knows the password, to a page of its own; that
        page would tell a guesser that the guess was right.
        """
        if user is None:
            return None
        self._did_check_password = True
        is_right = user.check_password(password)
        return user if is_right and self.user_can_authenticate(user) else None
