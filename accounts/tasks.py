"""What time alone brings about for accounts."""

from celery import shared_task


@shared_task
def close_accounts_of_leavers() -> int:
    """Close the accounts of people whose last working day is over, and return of how many; safe to run at any time."""
    from accounts.staff_import.actions import close_accounts_of_leavers as close

    return len(close())
