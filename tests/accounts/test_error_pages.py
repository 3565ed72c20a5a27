from django.test import Client
from django.test.client import RequestFactory
from django.views.defaults import server_error


def test_an_unknown_address_is_told_kindly(client: Client) -> None:
    response = client.get("/nowhere/")
    assert response.status_code == 404
    assert "There is nothing here" in response.content.decode()
    assert "nowhere" not in response.content.decode()


def test_a_form_without_its_token_is_told_what_to_do(db: None) -> None:
    response = Client(enforce_csrf_checks=True).post("/login/", {"username": "x"})
    assert response.status_code == 403
    assert "Nothing was changed." in response.content.decode()


def test_a_failure_has_a_page_without_detail() -> None:
    response = server_error(RequestFactory().get("/"))
    assert response.status_code == 500
    assert b"Something went wrong" in response.content
