"""Small staff lists for tests."""

OFFICE = "Центр госуслуг района Строгино"
HEADER = "Табельный номер;Сотрудник;Должность;Подразделение;Дата приема;Состояние;Дата увольнения;Эл. почта"


def a_list(*rows, header=HEADER, encoding="utf-8"):
    """The bytes of a list with these rows; {office} stands for the one office."""
    return "\n".join([header, *[row.format(office=OFFICE) for row in rows]]).encode(encoding)
