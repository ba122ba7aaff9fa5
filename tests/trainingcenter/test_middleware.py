"""The site stays calm when a visitor or the database misbehaves."""

import pytest
from django.db import OperationalError
from django.test import RequestFactory

from trainingcenter.middleware import CalmMiddleware


def test_s12_trace_is_refused(client):
    response = client.trace("/")

    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD, OPTIONS, POST")


@pytest.mark.django_db
def test_s12_a_wrong_host_is_refused(client):
    assert client.get("/", headers={"host": "evil.example"}).status_code == 400
    assert client.get("/", headers={"x-forwarded-host": "evil.example"}).status_code != 400


def test_r5_a_database_that_is_away_makes_a_calm_page():
    middleware = CalmMiddleware(lambda request: None)

    response = middleware.process_exception(RequestFactory().get("/"), OperationalError("server closed"))

    assert (response.status_code, response["Retry-After"]) == (503, "30")
    assert middleware.process_exception(RequestFactory().get("/"), ValueError()) is None
