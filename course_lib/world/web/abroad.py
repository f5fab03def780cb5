"""Pages in other languages, and in a dialect of our own that is English, too."""

import re

from ..dice import Dice
from ..grammar import capital, fill
from ..lists import one_per_line
from .page import Truth

SENTENCES = {
    "de": one_per_line("""
        Die Fähre nach Saltport fährt heute wegen des Nebels eine Stunde später.
        Der Bürgermeister hat seinen Hut auf der Brücke verloren und sucht ihn noch.
        Am Sonntag backen die Nachbarn einen großen Kuchen für das ganze Dorf.
        Wir haben gestern drei Möwen gesehen, die über dem Leuchtturm kreisten.
        Das Wetter war schön, aber der Wind wehte stärker als im letzten Jahr.
        Niemand weiß, warum die alte Tuba nachts von selbst spielt.
        Zum Frühstück gibt es Zwiebelkuchen, und danach gehen alle ans Meer.
        Die Kapitänin erzählte den Kindern eine Geschichte über müde Wale.
    """),
    "fr": one_per_line("""
        Le bateau pour Saltport part ce matin avec une heure de retard.
        Le maire a perdu son chapeau sur le pont et il le cherche toujours.
        Dimanche, les voisins préparent un grand gâteau pour tout le village.
        Hier, nous avons vu trois mouettes qui tournaient autour du phare.
        Il faisait beau, mais le vent était plus fort que l'année dernière.
        Personne ne sait pourquoi le vieux tuba joue tout seul la nuit.
        Au petit déjeuner, on mange une tarte à l'oignon devant la mer.
        La capitaine a raconté aux enfants une histoire de baleines fatiguées.
    """),
    "es": one_per_line("""
        El barco a Saltport sale hoy con una hora de retraso por la niebla.
        El alcalde perdió su sombrero en el puente y todavía lo está buscando.
        El domingo los vecinos preparan un pastel enorme para todo el pueblo.
        Ayer vimos tres gaviotas que daban vueltas alrededor del faro.
        Hacía buen tiempo, pero el viento soplaba más fuerte que el año pasado.
        Nadie sabe por qué la vieja tuba suena sola por la noche.
        Para el desayuno hay tarta de cebolla, y después todos van a la playa.
        La capitana contó a los niños una historia sobre ballenas cansadas.
    """),
    "ru": one_per_line("""
        Паром в Солтпорт сегодня отходит на час позже из-за тумана.
        Мэр потерял свою шляпу на мосту и до сих пор её ищет.
        В воскресенье соседи пекут большой пирог для всей деревни.
        Вчера мы видели трёх чаек, которые кружили над маяком.
        Погода была хорошая, но ветер дул сильнее, чем в прошлом году.
        Никто не знает, почему старая труба играет по ночам сама.
        На завтрак бывает луковый пирог, а потом все идут к морю.
        Капитан рассказала детям историю об уставших китах.
    """),
    "ja": one_per_line("""
        ソルトポート行きのフェリーは霧のため一時間遅れて出発します。
        町長は橋の上で帽子をなくして、今も探しています。
        日曜日には近所の人たちが村のために大きなケーキを焼きます。
        昨日、灯台の上を飛ぶ三羽のカモメを見ました。
        天気は良かったですが、風は去年より強かったです。
        古いチューバがなぜ夜にひとりで鳴るのか、誰も知りません。
        朝ごはんには玉ねぎのパイを食べて、それから海へ行きます。
        船長は子どもたちに疲れたクジラの話をしました。
    """),
}
ENCODINGS = {  # besides utf-8
    "de": ("iso-8859-1", "windows-1252"),
    "fr": ("iso-8859-1", "windows-1252"),
    "es": ("iso-8859-1", "windows-1252"),
    "ru": ("windows-1251", "koi8-r"),
    "ja": ("shift_jis", "euc-jp"),
}
DIALECT = dict(
    pair.split(":")
    for pair in (
        "the:tha and:an of:o' to:tae is:iz was:wor you:thoo your:thi with:wi' my:mi "
        "have:hev has:hez not:nobbut no:nae old:owd over:ower he:'ee she:'er they:thi "
        "good:gradely in:i' on:ower for:fer what:wot never:niver always:allus do:dae "
        "are:ar said:sez there:theer where:wheer who:'oo it:'t that:yon from:frae"
    ).split()
)
RHYMES = one_per_line("""
    O {hat}, my {hat}
    the {animal} sat {place}
    and nobody, nobody knew
    a {object} of {material}
    {mood} as {weather}
    who {did} and {did}
    never again, says the {trade}
    {snack} in the {season}
    under the lamp
    a bell, a bell
""")
LISTED = one_per_line("""
    - {adj} {object}
    - {hat}
    - {snack}, two
    - {fruit}
    - {vegetable}
    - {material} for the {object}
""")


def foreign(dice: Dice) -> Truth:
    language = dice.pick(tuple(SENTENCES))
    sentences = dice.shuffled(SENTENCES[language])[: dice.between(4, 8)]
    gap = "" if language == "ja" else " "
    half = len(sentences) // 2
    text = "\n".join((gap.join(sentences[:half]), gap.join(sentences[half:])))
    return Truth("foreign", text, language=language, wanted=False)


def in_dialect(text: str) -> str:
    """Say it as they do on the far side of Farhorn. Example: "the hat" -> "tha hat" """
    said = re.sub(
        r"[A-Za-z]+",
        lambda m: _as_in(m[0], DIALECT.get(m[0].lower(), m[0])),
        text,
    )
    return re.sub(r"ing\b", "in'", said)


def _as_in(original: str, said: str) -> str:
    return capital(said) if original[0].isupper() else said


def rhyme(dice: Dice) -> Truth:
    """A poem: short lines, and hardly a full stop."""
    lines = ["Song of the " + fill(dice, "{object}")]
    lines += [fill(dice, dice.pick(RHYMES)) for _ in range(dice.between(16, 30))]
    return Truth("poem", "\n".join(lines))


def shopping_list(dice: Dice) -> Truth:
    lines = [fill(dice, "To bring {place}")]
    lines += [fill(dice, dice.pick(LISTED)) for _ in range(dice.between(14, 26))]
    return Truth("list", "\n".join(lines))
