"""The site stays calm when a visitor or the database misbehaves."""

import gzip

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


def test_r5_a_database_that_breaks_off_in_a_view_makes_a_calm_page():
    middleware = CalmMiddleware(lambda request: None)

    response = middleware.process_exception(RequestFactory().get("/"), OperationalError("server closed"))

    assert (response.status_code, response["Retry-After"]) == (503, "30")
    assert middleware.process_exception(RequestFactory().get("/"), ValueError()) is None


@pytest.mark.parametrize("address", ["/sign-in/", "/static/site.css"])
def test_what_travels_is_compressed_for_those_who_can_read_it(client, db, address):
    plain = client.get(address)
    small = client.get(address, headers={"accept-encoding": "gzip"})

    assert ("Content-Encoding" in plain, small["Content-Encoding"]) == (False, "gzip")
    sent, whole = small.getvalue(), plain.getvalue()
    assert gzip.decompress(sent)[:100] == whole[:100]
    assert len(sent) * 2 < len(whole)
