"""In a real browser: hostile texts on a page run nothing and break no policy."""

from tests.attacks.hostile import INVISIBLE, MARKUP


def test_hostile_text_runs_nothing_and_breaks_no_policy(house, page_as):
    script = house.script("recorder")
    channel = script.get("/api/v1/channels/?page_size=1").json()["results"][0]["id"]
    actor = script.post_json("/api/v1/actors/", {"name": MARKUP[:200], "kind_of_actor": "ngo", "notes": MARKUP})
    assert actor.status == 201, actor.text
    # Restricted: other tests open the house's pages as people who are not to meet this record.
    body = {"channel": channel, "started_on": "2026-01-02", "title": MARKUP[:200], "summary": MARKUP, "level": 2}
    meeting = script.post_json("/api/v1/meetings/", body | {"assessment": INVISIBLE})
    assert meeting.status == 201, meeting.text
    part = {"meeting": meeting.json()["id"], "words": MARKUP[:200]}
    assert script.post_json("/api/v1/participants/", part).status == 201
    edit = f"/meetings/{meeting.json()['id']}/edit/"
    paths = (meeting.json()["page"], actor.json()["page"], edit, "/meetings/?q=data-evil", "/search/?q=data-evil")
    for path in paths:
        page = page_as("recorder")
        page.add_init_script(
            "window.broken = []; document.addEventListener('securitypolicyviolation', e => broken.push(e.blockedURI))"
        )
        assert page.goto(path).status == 200
        assert "data-evil" in page.content()
        assert page.locator("[data-evil]").count() == 0, path
        assert page.evaluate("document.documentElement.dataset.ran") is None, path
        assert page.evaluate("window.broken") == [], path
        assert page.said == [], path
    kept = script.get(f"/api/v1/meetings/{meeting.json()['id']}/").json()
    assert kept["assessment"] == INVISIBLE
    for kind, made in (("actors", actor), ("meetings", meeting)):
        url = f"/api/v1/{kind}/{made.json()['id']}/withdraw/"
        withdrawn = script.post_json(url, {"reason": "a test's", "version": made.json()["version"]})
        assert withdrawn.status == 200, withdrawn.text
