"""What happened in a locked period is left as it is, by every door; see sql/locked_periods.sql."""

from django.db import migrations

from access.sqlfiles import run_sql_file

CLOSED = (
    "negotiations_meeting", "negotiations_participant", "negotiations_agreement", "negotiations_agreementparty",
    "negotiations_commitment", "exchanges_outcome", "exchanges_outcomechannel", "exchanges_outcomemeeting",
    "exchanges_outcomeagreement", "exchanges_outcomerole", "exchanges_delivery", "exchanges_claim",
    "exchanges_estimate", "exchanges_estimateclaim", "exchanges_runningtotal", "sources_citation",
)  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [
        ("exchanges", "0003_claims_in_force"),
        ("negotiations", "0004_locked_period"),
        ("records", "0006_merging"),
        ("sources", "0001_initial"),
    ]

    operations = [
        run_sql_file(
            __file__,
            "locked_periods.sql",
            "DROP TRIGGER d_guard_lock ON negotiations_lockedperiod;"
            " DROP TRIGGER v_guard_conflict ON negotiations_channel;"
            + "".join(
                f" DROP TRIGGER v_guard_period ON {table}; DROP TRIGGER v_guard_period_anew ON {table};"
                for table in CLOSED
            )
            + " DROP FUNCTION records.lock_of(text, uuid); DROP FUNCTION access_private.guard_lock();"
            " DROP FUNCTION access_private.guard_conflict(); DROP FUNCTION access_private.guard_period();"
            " DROP FUNCTION access_private.day_of(text, jsonb); DROP FUNCTION access_private.lies_in(text);"
            " CREATE OR REPLACE FUNCTION access_private.lock_on(kind text, told jsonb) RETURNS date"
            " LANGUAGE sql STABLE SET search_path = public, pg_temp AS 'SELECT NULL::date';",
        ),
    ]
