"""Seven phrases in twenty languages, as visitors teach them. Hand-written."""

from .lists import one_per_line

MEANINGS = one_per_line("""
    Hello!
    Thank you!
    Good morning!
    Where is my hat?
    Where is the ferry?
    One slice of cake, please.
    The sea is beautiful.
""")
PHRASES = {  # in the order of MEANINGS
    "German": one_per_line("""
        Hallo!
        Danke schön!
        Guten Morgen!
        Wo ist mein Hut?
        Wo ist die Fähre?
        Ein Stück Kuchen, bitte.
        Das Meer ist schön.
    """),
    "French": one_per_line("""
        Salut !
        Merci beaucoup !
        Bonjour !
        Où est mon chapeau ?
        Où est le ferry ?
        Une part de gâteau, s'il vous plaît.
        La mer est très belle.
    """),
    "Spanish": one_per_line("""
        ¡Hola!
        ¡Muchas gracias!
        ¡Buenos días!
        ¿Dónde está mi sombrero?
        ¿Dónde está el barco?
        Un trozo de pastel, por favor.
        El mar es precioso.
    """),
    "Italian": one_per_line("""
        Ciao!
        Grazie mille!
        Buongiorno!
        Dov'è il mio cappello?
        Dov'è il traghetto?
        Una fetta di torta, per favore.
        Il mare è bellissimo.
    """),
    "Portuguese": one_per_line("""
        Olá!
        Muito obrigado!
        Bom dia!
        Onde está o meu chapéu?
        Onde está a balsa?
        Uma fatia de bolo, por favor.
        O mar é lindo.
    """),
    "Swedish": one_per_line("""
        Hej!
        Tack så mycket!
        God morgon!
        Var är min hatt?
        Var är färjan?
        En bit tårta, tack.
        Havet är vackert.
    """),
    "Polish": one_per_line("""
        Cześć!
        Dziękuję!
        Dzień dobry!
        Gdzie jest mój kapelusz?
        Gdzie jest prom?
        Kawałek ciasta, proszę.
        Morze jest piękne.
    """),
    "Czech": one_per_line("""
        Ahoj!
        Děkuji!
        Dobré ráno!
        Kde je můj klobouk?
        Kde je přívoz?
        Kousek dortu, prosím.
        Moře je krásné.
    """),
    "Turkish": one_per_line("""
        Merhaba!
        Teşekkür ederim!
        Günaydın!
        Şapkam nerede?
        Vapur nerede?
        Bir dilim pasta, lütfen.
        Deniz çok güzel.
    """),
    "Vietnamese": one_per_line("""
        Xin chào!
        Cảm ơn!
        Chào buổi sáng!
        Mũ của tôi ở đâu?
        Phà ở đâu?
        Cho tôi một miếng bánh.
        Biển đẹp quá.
    """),
    "Greek": one_per_line("""
        Γεια σας!
        Ευχαριστώ!
        Καλημέρα!
        Πού είναι το καπέλο μου;
        Πού είναι το πλοίο;
        Ένα κομμάτι κέικ, παρακαλώ.
        Η θάλασσα είναι όμορφη.
    """),
    "Russian": one_per_line("""
        Привет!
        Спасибо!
        Доброе утро!
        Где моя шляпа?
        Где паром?
        Кусочек торта, пожалуйста.
        Море прекрасно.
    """),
    "Ukrainian": one_per_line("""
        Привіт!
        Дякую!
        Доброго ранку!
        Де мій капелюх?
        Де пором?
        Шматочок торта, будь ласка.
        Море чудове.
    """),
    "Arabic": one_per_line("""
        مرحبا!
        شكرا!
        صباح الخير!
        أين قبعتي؟
        أين العبارة؟
        قطعة كعك من فضلك.
        البحر جميل.
    """),
    "Hebrew": one_per_line("""
        שלום!
        תודה!
        בוקר טוב!
        איפה הכובע שלי?
        איפה המעבורת?
        פרוסת עוגה, בבקשה.
        הים יפה.
    """),
    "Hindi": one_per_line("""
        नमस्ते!
        धन्यवाद!
        सुप्रभात!
        मेरी टोपी कहाँ है?
        नाव कहाँ है?
        केक का एक टुकड़ा दीजिए।
        समुद्र सुंदर है।
    """),
    "Thai": one_per_line("""
        สวัสดี
        ขอบคุณ
        อรุณสวัสดิ์
        หมวกของฉันอยู่ที่ไหน
        เรืออยู่ที่ไหน
        ขอเค้กหนึ่งชิ้น
        ทะเลสวยมาก
    """),
    "Japanese": one_per_line("""
        こんにちは！
        ありがとう！
        おはよう！
        私の帽子はどこですか。
        フェリーはどこですか。
        ケーキを一つください。
        海がきれいです。
    """),
    "Chinese": one_per_line("""
        你好！
        谢谢！
        早上好！
        我的帽子在哪里？
        渡船在哪里？
        请给我一块蛋糕。
        大海很美。
    """),
    "Korean": one_per_line("""
        안녕하세요!
        감사합니다!
        좋은 아침이에요!
        제 모자가 어디에 있어요?
        배가 어디에 있어요?
        케이크 한 조각 주세요.
        바다가 아름다워요.
    """),
}
