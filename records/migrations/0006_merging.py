"""Merging duplicates: what was merged into which, and what does it; see sql/merging.sql."""

import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import records.references
from access.sqlfiles import change_function, run_sql_file
from records.operations import Protect

FOUND = """\
        'SELECT s.record_table::text, s.record_id, '
        '       (ts_rank(s.document, q) + public.word_similarity(%1$L, s.words))::real AS rank '
        'FROM public.records_searchentry s, websearch_to_tsquery(''records.plain'', %1$L) q '
        'WHERE s.label_id = ANY (%2$L::int[]) AND (s.draft_of IS NULL OR s.draft_of = %3$L OR %4$L) AND NOT s.is_withdrawn '
        '  AND (s.document @@ q OR s.words LIKE %5$L) '
        'ORDER BY rank DESC, s.record_id LIMIT %6$s',"""
# A record that was merged is found as the one it was merged into, by its old reference and its old words.
FOUND_AS_KEPT = """\
        'SELECT s.record_table::text, coalesce(k.record_id, s.record_id) AS found, '
        '       max((ts_rank(s.document, q) + public.word_similarity(%1$L, s.words))::real) AS rank '
        'FROM websearch_to_tsquery(''records.plain'', %1$L) q, public.records_searchentry s '
        'LEFT JOIN public.records_merge m ON s.is_withdrawn AND m.record_id = s.record_id AND m.withdrawn_at IS NULL '
        'LEFT JOIN public.records_searchentry k ON k.record_id = m.into_id AND k.label_id = ANY (%2$L::int[]) '
        '  AND NOT k.is_withdrawn '
        'WHERE s.label_id = ANY (%2$L::int[]) AND (s.draft_of IS NULL OR s.draft_of = %3$L OR %4$L) '
        '  AND (NOT s.is_withdrawn OR k.record_id IS NOT NULL) AND (s.document @@ q OR s.words LIKE %5$L) '
        'GROUP BY 1, 2 ORDER BY rank DESC, found LIMIT %6$s',"""
REWRITTEN = "access_private.content(to_jsonb(NEW)) IS DISTINCT FROM access_private.content(to_jsonb(OLD))"
ME = "    reader := access.me();\n    -- A row above the reader"


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0006_label_statements"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("records", "0005_attachments"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Merge",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "reference",
                    models.CharField(
                        default=records.references.random_reference,
                        editable=False,
                        max_length=11,
                        unique=True,
                        verbose_name="reference",
                    ),
                ),
                (
                    "external_id",
                    models.CharField(
                        blank=True,
                        db_index=True,
                        help_text="The record's identifier in the data set it was imported from.",
                        max_length=200,
                        verbose_name="identifier elsewhere",
                    ),
                ),
                (
                    "level",
                    models.SmallIntegerField(
                        choices=[(0, "Public"), (1, "Internal"), (2, "Restricted"), (3, "Confidential")],
                        default=0,
                        verbose_name="who can see it",
                    ),
                ),
                (
                    "compartments",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.IntegerField(),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="compartments",
                    ),
                ),
                ("draft_of", models.UUIDField(editable=False, null=True)),
                (
                    "review_state",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("submitted", "Submitted"),
                            ("returned", "Returned"),
                            ("verified", "Verified"),
                            ("changed", "Verified, then changed"),
                        ],
                        default="submitted",
                        editable=False,
                        max_length=9,
                        verbose_name="review state",
                    ),
                ),
                ("version", models.IntegerField(default=1, editable=False, verbose_name="version")),
                ("recorded_at", models.DateTimeField(auto_now_add=True, verbose_name="recorded")),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="changed")),
                ("withdrawn_at", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="withdrawn")),
                (
                    "withdrawn_reason",
                    models.TextField(blank=True, editable=False, verbose_name="reason for withdrawing"),
                ),
                ("record_id", models.UUIDField(db_index=True, verbose_name="record")),
                ("into_id", models.UUIDField(db_index=True, verbose_name="merged into")),
                ("reason", models.TextField(max_length=2000, verbose_name="reason")),
                (
                    "taken_version",
                    models.IntegerField(
                        editable=False, null=True, verbose_name="version of the kept record that took values over"
                    ),
                ),
                (
                    "author",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="author",
                    ),
                ),
                (
                    "label",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="access.label",
                    ),
                ),
                (
                    "part_of",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="folds",
                        to="records.merge",
                        verbose_name="as part of",
                    ),
                ),
                (
                    "record_type",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="contenttypes.contenttype",
                        verbose_name="kind of record",
                    ),
                ),
            ],
            options={
                "verbose_name": "merge",
                "verbose_name_plural": "merges",
                "ordering": ["-recorded_at"],
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("level__range", (0, 3))), name="merge_level_known"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("review_state__in", ["draft", "submitted", "returned", "verified", "changed"])
                        ),
                        name="merge_review_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("withdrawn_at", None), ("withdrawn_reason", "")),
                            models.Q(
                                ("withdrawn_at__isnull", False), models.Q(("withdrawn_reason", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="merge_withdrawn_with_reason",
                        violation_error_message="Give a reason for withdrawing.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True),
                        name="merge_with_reason",
                        violation_error_message="Say why the two are the same.",
                    ),
                ],
            },
        ),
        run_sql_file(
            __file__,
            "merging.sql",
            "DROP FUNCTION access_private.unmerge(); DROP FUNCTION access_private.raise_merged();"
            " DROP FUNCTION access_private.merge(); DROP FUNCTION access_private.follow_kept(text, uuid, int);"
            " DROP FUNCTION access_private.guard_merge(); DROP FUNCTION access_private.hang_together(text, uuid, uuid);"
            " DROP FUNCTION records.undo_plan(uuid); DROP FUNCTION access_private.undo_plan(uuid);"
            " DROP TYPE access_private.returning; DROP FUNCTION records.merge_plan(int, uuid, uuid);"
            " DROP FUNCTION access_private.merge_plan(int, uuid, uuid); DROP TYPE access_private.planned;"
            " DROP FUNCTION access_private.says_of(jsonb, uuid, uuid); DROP FUNCTION access_private.new_reference();"
            " DROP FUNCTION access_private.table_of(int); DROP FUNCTION access_private.refuse_locked(date);"
            " DROP FUNCTION access_private.lock_on(text, jsonb);"
            " DROP FUNCTION access_private.check_unmerged(jsonb, jsonb);"
            " DROP FUNCTION access_private.rewrites(jsonb, jsonb); DROP TABLE access_private.moved;"
            " DROP TABLE access_private.merge_rule;",
        ),
        Protect("Merge", action="merge"),
        migrations.RunSQL(
            "CREATE TRIGGER d_guard_merge BEFORE INSERT OR UPDATE ON records_merge FOR EACH ROW"
            " EXECUTE FUNCTION access_private.guard_merge();"
            " CREATE TRIGGER x_merge AFTER INSERT ON records_merge FOR EACH ROW EXECUTE FUNCTION access_private.merge();"
            " CREATE TRIGGER x_unmerge AFTER UPDATE ON records_merge FOR EACH ROW"
            " WHEN (OLD.withdrawn_at IS NULL AND NEW.withdrawn_at IS NOT NULL)"
            " EXECUTE FUNCTION access_private.unmerge();"
            " CREATE TRIGGER x_raise_merged AFTER UPDATE ON records_merge FOR EACH ROW"
            " WHEN (NEW.withdrawn_at IS NULL AND OLD.label_id IS DISTINCT FROM NEW.label_id)"
            " EXECUTE FUNCTION access_private.raise_merged();",
            "DROP TRIGGER x_raise_merged ON records_merge; DROP TRIGGER x_unmerge ON records_merge;"
            " DROP TRIGGER x_merge ON records_merge; DROP TRIGGER d_guard_merge ON records_merge;",
        ),
        change_function(
            "access_private.guard_record", REWRITTEN, "access_private.rewrites(to_jsonb(OLD), to_jsonb(NEW))"
        ),
        change_function(
            "access_private.guard_record",
            ME,
            f"    PERFORM access_private.check_unmerged(to_jsonb(OLD), to_jsonb(NEW));\n{ME}",
        ),
        change_function(
            "access_private.has_written",
            "access_private.content(e.before) IS DISTINCT FROM access_private.content(e.after)",
            "access_private.rewrites(e.before, e.after)",
        ),
        change_function("records.search", FOUND, FOUND_AS_KEPT),
    ]
