"""Guards of second factors and invitations; see sql/accounts.sql."""

from django.db import migrations

from access.sqlfiles import run_sql_file


class Migration(migrations.Migration):
    dependencies = [("access", "0003_accounts"), ("mfa", "0003_authenticator_type_uniq")]

    operations = [
        run_sql_file(
            __file__,
            "accounts.sql",
            "DROP FUNCTION access.accept_invitation(text, text); DROP FUNCTION access.invited_user(text);"
            " DROP POLICY known ON access_invitation; ALTER TABLE access_invitation DISABLE ROW LEVEL SECURITY;"
            " DROP TRIGGER note_rights ON access_invitation; DROP TRIGGER guard ON access_invitation;"
            " DROP TRIGGER guard ON mfa_authenticator;"
            " DROP FUNCTION access_private.guard_invitation(); DROP FUNCTION access_private.guard_authenticator();",
        )
    ]
