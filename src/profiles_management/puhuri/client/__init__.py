"""A typed client of Puhuri Core's REST API, for every generation of it since 2021."""
