"""Approval by the head (rule 12): who decides, what is asked, decisions and what time makes of them."""
