"""Emoji for the forum: plain, with skin tones, joined from several signs, and flags."""

from .lists import words

FACES = words("""
    😀 😂 🥲 😊 😍 😎 🤔 😴 😭 😡 🥳 🤯
    😅 🙈 🤩 😱
""")
CREATURES = words("""
    🐈 🐕 🐐 🦆 🦉 🐢 🦔 🐌 🦀 🐙 🐟 🦋
    🐝 🐓 🦜 🐳
""")
THINGS = words("""
    🎩 ⛴️ 🏮 🍰 🥧 🧅 🪁 🎺 🎻 🥁 ⚓ 🗺️
    ☔ 🧦 🔔 📚 🪣 ❤️ ⭐ 🎈
""")
SKY = words("""
    ☀️ 🌤️ ⛅ 🌧️ ⛈️ 🌫️ ❄️ 🌈 🌙 💨
""")
PEOPLE = words("""
    👩‍🍳 👨‍🌾 🧑‍🚀 👩🏽‍🏫 👨🏿‍🎨 🧑🏻‍🔧 👩‍⚕️ 👨🏼‍🚒 🧑🏾‍🍳 👨‍👩‍👧 👩‍👩‍👦 👨‍👨‍👧‍👦
    👩🏻‍🦰 🧙‍♀️ 🧜🏽‍♂️ 🏄🏿 🚣🏼‍♀️ 💂🏾
""")
HANDS = words("""
    👋 👋🏽 👍 👍🏿 👏🏻 🙌🏾 ✌🏼 🤝 🫶 💪🏽 🙏 👌🏻
""")
FLAGS = words("""
    🇩🇪 🇫🇷 🇪🇸 🇬🇷 🇯🇵 🇰🇷 🇮🇳 🇧🇷 🇰🇪 🇨🇦 🇺🇦 🇹🇷
    🏴‍☠️ 🏳️‍🌈 🏁
""")
