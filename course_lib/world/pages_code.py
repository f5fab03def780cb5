"""Pages of code and tables: indentation, brackets, long numbers, symbols."""

from .dice import Dice
from .facts import ISLANDS
from .grammar import fill
from .land import Land
from .lists import one_per_line
from .written import Written

SNIPPETS = (
    """def count_hats(hats):
    lost = 0
    for hat in hats:
        if hat == "{adj}":
            lost += {n}
    return lost


print(count_hats(["{adj}", "{adj1}", "{adj1}"]))""",
    """lamps = {"{town}": {n}, "{fruit}": {m}}
for name, count in sorted(lamps.items()):
    print(f"{name:>12} {count:5d}")""",
    """class Ferry:
    def __init__(self, name, seats={m}):
        self.name = name
        self.seats = seats

    def board(self, people):
        if people > self.seats:
            raise ValueError("too many: " + str(people))
        return self.seats - people


boat = Ferry("{animal}")
print(boat.board({n}))""",
    """def is_{mood_id}(x):
    return x % {n} == 0 and x != {m}


print([x for x in range({m}) if is_{mood_id}(x)])""",
    """while tide < {m}:
    tide = tide + {n}
    if tide == {m}:
        break
else:
    print("{exclaim}!")""",
    """import random

random.seed({m})
rolls = [random.randint(1, {n}) for _ in range({n})]
print(sum(rolls) / len(rolls))""",
    """# the {adj} {animal} of {town}
name = "{animal}"
print(name.upper())
print(name[::-1])
print(len(name) * {n})""",
    """{
  "boat": "{fruit}",
  "seats": {m},
  "ports": ["{town}", "{town1}"],
  "open": true
}""",
    """for (let i = 0; i < {n}; i++) {
  console.log("{sound}", i * {m});
}""",
    """<ul>
  <li>{fruit}</li>
  <li>{vegetable}</li>
  <li><b>{snack}</b> ({n} pennies)</li>
</ul>""",
    """SELECT name, hats
FROM islanders
WHERE town = '{town}' AND hats > {n}
ORDER BY hats DESC;""",
    """$ ls -l {town_id}
-rw-r--r-- 1 wren wren {m}{n} {object_id}.txt
$ grep -c hat {object_id}.txt
{m}""",
    """try:
    cake = oven[{n}]
except IndexError:
    cake = None  # {saying}
finally:
    print(cake or "onion pie")""",
)
CODE_HEADS = one_per_line("""
    Code club: {subject}
    Program of the week
    From the notebook of a~ {trade}
    Computer corner
    Exercise: what does it print?
""")
TABLE_HEADS = one_per_line("""
    Rainfall in millimetres
    Hats lost
    Goats counted
    Lamps lit
    Plum cakes eaten
    Onion pies eaten
    Letters carried
""")


def code(dice: Dice, _land: Land) -> Written:
    words = {
        "n": str(dice.between(2, 12)),
        "m": str(dice.between(20, 400)),
        "name": "{name}",
    }
    words |= {"town": fill(dice, "{^animal}bury"), "town1": fill(dice, "{^plant}ton")}
    words["town_id"] = words["town"].lower()
    words["mood_id"] = fill(dice, "{mood}").replace("-", "_")
    words["object_id"] = fill(dice, "{object}").replace(" ", "_")
    body = fill(dice, dice.pick(SNIPPETS), words)
    return Written(f"{fill(dice, dice.pick(CODE_HEADS))}\n\n{body}")


def table(dice: Dice, _land: Land) -> Written:
    """Numbers in columns: a plain table, comma-separated values or a Markdown table."""
    title, months = dice.pick(TABLE_HEADS), dice.between(3, 5)
    islands = dice.sample(ISLANDS, 3)
    start = dice.below(12 - months)
    names = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
    rows = [["Month", *islands]]
    for i in range(months):
        rows.append([names[start + i], *(str(dice.below(2000)) for _ in islands)])
    style = dice.below(3)
    if style == 0:
        lines = ["".join(f"{cell:>10}" for cell in row) for row in rows]
    elif style == 1:
        lines = [",".join(row) for row in rows]
    else:
        lines = ["| " + " | ".join(row) + " |" for row in rows]
        lines.insert(1, "|" + " --- |" * len(rows[0]))
    return Written(f"{title}\n\n" + "\n".join(lines))


CODE_PAGES = {  # kind: (writer, how many of them the whole corpus has)
    "code": (code, 150),
    "table": (table, 110),
}
