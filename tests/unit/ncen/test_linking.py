"""An export's sheets lead from a case to who stands in it, and back."""

from collections.abc import Mapping
from pathlib import Path

from python_calamine import load_workbook

from cencomm.client.words import load_words
from cencomm.forms.code_list import CodeList
from cencomm.forms.wording import Wording
from cencomm.ncen.linking import linking_sheets
from cencomm.ncen.search import Wanted
from cencomm.node.records.criteria import Criteria, Labels
from cencomm.node.records.export import Export
from tests.unit.node.records.keep import Keep
from tests.unit.node.records.operation import NOW, Desk, Values


async def test_sheets_link_the_newest_version_of_a_case_with_its_suspects_and_companies(
    ncen: Keep,
    desk: Desk,
    ivory: Values,
    labels: Labels,
    lists: Mapping[str, CodeList],
    wording: Wording,
    tmp_path: Path,
) -> None:
    parties = [{"role": "consignee", "name": "Savannah Exports Ltd", "country": "KE"}]
    newest = desk.message("seizure", {**ivory, "parties": parties}, written_at=NOW + 60)
    await ncen.take(desk.message("seizure", ivory), newest)
    path = tmp_path / "cases.xlsx"

    async with ncen.database.reading() as connection:
        made = Export(
            labels,
            wording,
            load_words("en"),
            Wanted().condition(),
            lambda one, exported: linking_sheets(one, exported, load_words("en"), lists),
        )
        exported = await made.to_xlsx(connection, Criteria(), path, progress=lambda _, __: None)

    book = load_workbook(path)
    sheets = {name: book.get_sheet_by_name(name).to_python()[1:] for name in book.sheet_names}
    message = newest.envelope.message.hex()
    assert exported.records == 1
    assert sheets["cases"] == [[1.0, "KE-2026-0117", "Customs of KE", 2.0, message]]
    ((suspect, *_),) = sheets["suspects"]
    assert sheets["suspect_roles"] == [[suspect, 1.0, "courier", "Courier", "", "Exemple", message, 1.0]]
    assert [row[1] for row in sheets["companies"]] == ["Savannah Exports Ltd"]
    assert [row[1:4] for row in sheets["company_roles"]] == [[1.0, "consignee", "Consignee"]]
    assert [row[:2] for row in sheets["seizure_persons"]] == [[message, 1.0]]
