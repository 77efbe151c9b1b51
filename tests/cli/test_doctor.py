"""``doctor``: every check with its verdict, and the exit code by the worst."""

from __future__ import annotations

from tests.cli.support import Result, Shell, Site


def verdicts(done: Result) -> dict[str, str]:
    """Verdict by name of the check."""
    return {row["name"]: row["verdict"] for row in done.document["checks"]}


def test_a_good_set_up(site: Site) -> None:
    """Everything is ok, permissions one by one."""
    site.link_all()
    done = site.run("doctor", "--json")
    assert done.code == 0
    found = verdicts(done)
    assert set(found.values()) == {"ok"}
    expected = {"config", "store", "reach", "login", "clock", "time zone", "release", "mapping"}
    assert expected | {"capabilities", "links", "mode", "permission: invoices list"} <= set(found)


def test_people_get_a_table(site: Site) -> None:
    """A warning tells what to do, and is no failure."""
    done = site.run("doctor")
    assert done.code == 0
    (warning,) = [line for line in done.out.splitlines() if line.startswith("warn")]
    assert "links import" in warning


def test_a_missing_permission_is_77(site: Site) -> None:
    """Named, while everything else is checked, too."""
    site.control("POST", "switch", deny=[["finance/credit-notes", "*"]])
    done = site.run("doctor", "--json")
    assert done.code == 77
    found = verdicts(done)
    assert found["permission: credit_notes list"] == "fail"
    assert found["permission: invoices list"] == "ok"
    assert found["mode"] == "ok"


def test_a_wrong_key_is_77(site: Site) -> None:
    """The host answers, the login fails."""
    site.shell.set(PLATFORM__KEY="0" * 32)
    done = site.run("doctor", "--json")
    assert done.code == 77
    assert (verdicts(done)["reach"], verdicts(done)["login"]) == ("ok", "fail")


def test_a_dead_host_is_69(site: Site) -> None:
    """Nothing further is asked of it."""
    site.shell.set(PLATFORM__BASE_URL="http://127.0.0.1:9")
    done = site.run("doctor", "--json")
    assert done.code == 69
    assert verdicts(done)["reach"] == "fail"
    assert "login" not in verdicts(done)


def test_wrong_settings_are_78_one_row_each(shell: Shell) -> None:
    """No configuration at all is the first thing it meets."""
    shell.set(PLATFORM__BASE_URL="splynx.test", MODE="atc")
    done = shell.run("doctor", "--json")
    assert done.code == 78
    assert [row["verdict"] for row in done.document["checks"]] == ["fail"] * 4
    assert done.err == ""


def test_a_host_clock_that_is_months_off_is_a_failure(site: Site) -> None:
    """The sandbox lives in January 2026, this host does not."""
    site.shell.set(PLATFORM__CLOCK="wall")
    done = site.run("doctor", "--json")
    assert done.code == 1
    assert verdicts(done)["clock"] == "fail"


def test_a_wrong_time_zone_is_seen_by_records_from_the_future(site: Site) -> None:
    """Splynx lives in UTC; who believes it to be in New York sees accounts saved tomorrow."""
    site.control("POST", "block", customer_id=2, by="admin")
    site.shell.set(PLATFORM__TIMEZONE="America/New_York")
    done = site.run("doctor", "--json")
    assert done.code == 1
    assert verdicts(done)["time zone"] == "fail"


def test_native_authority_needs_a_release_that_has_links(site: Site) -> None:
    """4.3 has none."""
    site.shell.set(LINKS__AUTHORITY="native", PLATFORM__RELEASE="4.3")
    done = site.run("doctor", "--json")
    assert verdicts(done)["capabilities"] == "fail"
    assert done.code == 1


def test_a_store_that_cannot_be_opened_is_told(site: Site) -> None:
    """Another kind of file where the store should be."""
    site.shell.write("state.sqlite3", "this is no database, though it is long enough to be read")
    done = site.run("doctor", "--json")
    assert done.code == 1
    assert verdicts(done)["store"] == "fail"
