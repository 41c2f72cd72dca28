"""Where staff work: entering records that span rooms, checking them, their own work."""
