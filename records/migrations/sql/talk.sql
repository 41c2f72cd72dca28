-- What is said about a record before it is verified is for those who take part in it, whoever may read the record: who
-- asked whom what, and who found what to be right. Run once by the owner, after the tables are protected.

DO $$
DECLARE
    told text;
BEGIN
    FOREACH told IN ARRAY '{records_query,records_fieldcheck,records_assignment}'::text[] LOOP
        EXECUTE format('ALTER POLICY read ON %I USING ((SELECT access.may(''write'')) AND (%s))', told,
                       (SELECT qual FROM pg_policies WHERE tablename = told AND policyname = 'read'));
    END LOOP;
END $$;

CREATE POLICY talk ON records_historyentry AS RESTRICTIVE FOR SELECT USING (
    record_table NOT IN ('records_query', 'records_fieldcheck', 'records_assignment') OR (SELECT access.may('write')));
