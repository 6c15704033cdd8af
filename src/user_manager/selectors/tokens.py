"""Tokens of service accounts, for administrators."""

from user_manager.domain.errors import NotFound
from user_manager.models import Token
from user_manager.selectors.paging import BY_NAME, Page, PageRequest


def list_tokens(page: PageRequest) -> Page[Token]:
    """Return tokens by name, with those that were revoked.

    Raises:
        Invalid: the cursor is wrong.
    """
    return BY_NAME.page(Token.objects.all(), page)


def read_token(name: str) -> Token:
    """Return a token, which has no secret.

    Raises:
        NotFound: there is none.
    """
    token = Token.objects.filter(name=name).first()
    if token is None:
        raise NotFound("The token was not found.")
    return token
