"""What the HR admin does with a staff list."""

from accounts.models import StaffImport
from people.models import Employment
from tests.browser.small_centre import NEWCOMERS, Centre, staff_list
from tests.browser.visitor import Visitor


def import_staff(hr: Visitor, centre: Centre) -> None:
    """Upload, read the comparison, apply."""
    hr.page.get_by_role("link", name=hr.words("Centre"), exact=True).first.click()
    hr.page.get_by_role("link", name=hr.words("Staff list"), exact=True).click()
    chosen = {"name": "staff.csv", "mimeType": "text/csv", "buffer": staff_list(centre)}
    hr.page.get_by_label(hr.words("File with the staff list")).set_input_files(files=[chosen])
    hr.press("Compare with the staff")
    hr.sees("Космонавт")  # what cannot be taken comes first
    hr.page.get_by_role("link", name=f"{hr.words('New')}: {len(NEWCOMERS)}").click()
    for name in NEWCOMERS.values():
        hr.sees(name)
    hr.press("Apply the changes")
    hr.sees_words("The staff list is applied.")
    assert Employment.objects.filter(personnel_number__in=NEWCOMERS).count() == len(NEWCOMERS)
    assert StaffImport.objects.get().counts["refused"] == 1
