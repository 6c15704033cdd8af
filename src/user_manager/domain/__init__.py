"""The rules of the User Manager. Pure: nothing here knows Django, a database or a network."""
