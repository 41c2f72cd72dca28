-- A mail address is its owner's and the administrators': no token and no command reads it. Run once by the owner.

ALTER TABLE access_mailaddress ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON access_mailaddress USING (
    (SELECT access.my_name()) = 'user:' || user_id::text
    OR ((SELECT access.my_name()) LIKE 'user:%' AND (SELECT access.may('manage'))));
