"""The pages of the audit: what was changed, who looked at whom (rule 29)."""
