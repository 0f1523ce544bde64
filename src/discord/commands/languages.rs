//! What commands and their options are called in the languages that Discord has and people here read. Urdu is not among Discord's.

use std::borrow::Cow;

/// Discord's names of the languages, in the order of the columns of [`SAID`].
pub(super) const LANGUAGES: [&str; 5] = ["de", "fr", "es-ES", "tr", "hi"];

/// Each description in English, and in each of the languages.
const SAID: &[(&str, [&str; 5])] = &[
    (
        "Your question, in your own words",
        [
            "Die Frage, in eigenen Worten",
            "Votre question, avec vos propres mots",
            "Su pregunta, con sus propias palabras",
            "Sorunuz, kendi sözlerinizle",
            "आपका सवाल, आपके अपने शब्दों में",
        ],
    ),
    (
        "Show the answer only to you",
        [
            "Die Antwort nur Ihnen zeigen",
            "Ne montrer la réponse qu'à vous",
            "Mostrar la respuesta solo a usted",
            "Yanıtı yalnızca size göster",
            "जवाब सिर्फ़ आपको दिखाएँ",
        ],
    ),
    ("Only this topic", ["Nur dieses Thema", "Seulement ce sujet", "Solo este tema", "Yalnızca bu konu", "सिर्फ़ यह विषय"]),
    (
        "Only facts that name this person, organisation or place",
        [
            "Nur Tatsachen, die diese Person, Organisation oder diesen Ort nennen",
            "Seulement les faits qui nomment cette personne, organisation ou ce lieu",
            "Solo hechos que nombran a esta persona, organización o lugar",
            "Yalnızca bu kişi, örgüt ya da yeri anan bilgiler",
            "सिर्फ़ वे तथ्य जिनमें यह व्यक्ति, संगठन या जगह है",
        ],
    ),
    (
        "From when on: 9 Nov 2021, may 2022, 2021, after the Eid truce",
        [
            "Ab wann: 9 Nov 2021, may 2022, 2021, after the Eid truce",
            "À partir de quand : 9 Nov 2021, may 2022, 2021, after the Eid truce",
            "Desde cuándo: 9 Nov 2021, may 2022, 2021, after the Eid truce",
            "Ne zamandan beri: 9 Nov 2021, may 2022, 2021, after the Eid truce",
            "कब से: 9 Nov 2021, may 2022, 2021, after the Eid truce",
        ],
    ),
    (
        "Until when, written likewise",
        [
            "Bis wann, ebenso geschrieben",
            "Jusqu'à quand, écrit de même",
            "Hasta cuándo, escrito igual",
            "Ne zamana kadar, aynı biçimde",
            "कब तक, उसी तरह लिखा",
        ],
    ),
    ("With a picture", ["Mit einem Bild", "Avec une image", "Con una imagen", "Resimle", "चित्र के साथ"]),
    (
        "A person, organisation or place, in any spelling",
        [
            "Person, Organisation oder Ort, in beliebiger Schreibweise",
            "Une personne, organisation ou un lieu, quelle que soit l'orthographe",
            "Una persona, organización o lugar, con cualquier grafía",
            "Kişi, örgüt ya da yer, nasıl yazılırsa yazılsın",
            "व्यक्ति, संगठन या जगह, किसी भी वर्तनी में",
        ],
    ),
    (
        "Words of its publisher, title and date, its address, or its id",
        [
            "Worte aus Verlag, Titel und Datum, die Adresse oder die Kennung",
            "Mots de son éditeur, titre et date, son adresse ou son identifiant",
            "Palabras de su editor, título y fecha, su dirección o su id",
            "Yayıncısı, başlığı, tarihi, adresi ya da kimliği",
            "प्रकाशक, शीर्षक, तारीख़ के शब्द, पता या पहचान",
        ],
    ),
    (
        "The fact to be corrected; leave it out for a new one",
        [
            "Die zu berichtigende Tatsache; weglassen für eine neue",
            "Le fait à corriger ; rien pour un nouveau",
            "El hecho que se corrige; nada para uno nuevo",
            "Düzeltilecek bilgi; yenisi için boş bırakın",
            "सुधारने का तथ्य; नए के लिए ख़ाली छोड़ें",
        ],
    ),
    (
        "Ask a question; the answer names its sources",
        [
            "Eine Frage stellen; die Antwort nennt ihre Quellen",
            "Poser une question ; la réponse cite ses sources",
            "Hacer una pregunta; la respuesta cita sus fuentes",
            "Soru sor; yanıt kaynaklarını belirtir",
            "सवाल पूछें; जवाब अपने स्रोत बताता है",
        ],
    ),
    (
        "What happened when: facts by date, topic and name, each with its source",
        [
            "Was wann geschah: Tatsachen nach Datum, Thema und Name, mit Quellen",
            "Ce qui s'est passé et quand : faits par date, sujet et nom, avec leurs sources",
            "Qué pasó y cuándo: hechos por fecha, tema y nombre, con sus fuentes",
            "Ne zaman ne oldu: tarihe, konuya ve ada göre bilgiler, kaynaklarıyla",
            "कब क्या हुआ: तारीख़, विषय और नाम से तथ्य, स्रोतों के साथ",
        ],
    ),
    (
        "Who or what somebody or something is: spellings, sources, facts in order",
        [
            "Wer oder was das ist: Schreibweisen, Quellen, Tatsachen in ihrer Folge",
            "Qui ou quoi : orthographes, sources, faits dans l'ordre",
            "Quién o qué es: grafías, fuentes, hechos en orden",
            "Kim ya da ne: yazılışları, kaynakları, sırasıyla bilgiler",
            "कौन या क्या: वर्तनियाँ, स्रोत, क्रम से तथ्य",
        ],
    ),
    (
        "A source in full, and the facts that rest on it",
        [
            "Eine Quelle, und die Tatsachen, die auf ihr beruhen",
            "Une source, et les faits qui reposent sur elle",
            "Una fuente, y los hechos que se apoyan en ella",
            "Bir kaynak ve ona dayanan bilgiler",
            "एक स्रोत, और उस पर टिके तथ्य",
        ],
    ),
    (
        "What this bot is for, and how to ask it",
        [
            "Wozu dieser Bot da ist und wie man ihn fragt",
            "À quoi sert ce bot et comment l'interroger",
            "Para qué sirve este bot y cómo preguntarle",
            "Bu bot ne işe yarar ve nasıl sorulur",
            "यह बॉट किसलिए है और इससे कैसे पूछें",
        ],
    ),
    (
        "Suggest a fact, or a correction to one, to this server's moderators",
        [
            "Den Moderatoren eine Tatsache oder eine Berichtigung vorschlagen",
            "Proposer un fait ou une correction aux modérateurs",
            "Proponer un hecho o una corrección a los moderadores",
            "Moderatörlere bir bilgi ya da düzeltme önerin",
            "मॉडरेटरों को तथ्य या सुधार सुझाएँ",
        ],
    ),
    (
        "What is kept of you, and how it goes",
        [
            "Was über Sie gespeichert ist und wie es gelöscht wird",
            "Ce qui est conservé de vous, et comment l'effacer",
            "Qué se guarda de usted y cómo se borra",
            "Hakkınızda ne saklanıyor ve nasıl silinir",
            "आपके बारे में क्या रखा है और वह कैसे हटता है",
        ],
    ),
    (
        "What is kept of people here",
        [
            "Was hier über Menschen gespeichert ist",
            "Ce qui est conservé des personnes ici",
            "Qué se guarda aquí de las personas",
            "Burada kişiler hakkında ne saklanıyor",
            "यहाँ लोगों के बारे में क्या रखा जाता है",
        ],
    ),
    (
        "All that is kept of you, as a file",
        [
            "Alles, was über Sie gespeichert ist, als Datei",
            "Tout ce qui est conservé de vous, dans un fichier",
            "Todo lo que se guarda de usted, en un archivo",
            "Hakkınızda saklanan her şey, dosya olarak",
            "आपके बारे में रखा सब कुछ, फ़ाइल में",
        ],
    ),
    (
        "Take your id off all that is kept",
        [
            "Ihre Kennung aus allem Gespeicherten entfernen",
            "Retirer votre identifiant de tout ce qui est conservé",
            "Quitar su identificador de todo lo guardado",
            "Kimliğinizi saklanan her şeyden çıkar",
            "रखी हुई हर चीज़ से अपनी पहचान हटाएँ",
        ],
    ),
    (
        "Why, for the history",
        ["Warum, für den Verlauf", "Pourquoi, pour l'historique", "Por qué, para el historial", "Neden, kayıt için", "क्यों, इतिहास के लिए"],
    ),
    ("The fact", ["Die Tatsache", "Le fait", "El hecho", "Bilgi", "तथ्य"]),
    (
        "The number of the revision, as its history shows it; 0 is the shipped base's word",
        [
            "Nummer der Fassung laut Verlauf; 0 ist das Wort des Grundbestands",
            "Numéro de la version dans l'historique ; 0 est le texte d'origine",
            "Número de la revisión según su historial; 0 es el texto de origen",
            "Kaydındaki sürüm numarası; 0 ilk halidir",
            "इतिहास में दिखा संस्करण नंबर; 0 मूल रूप है",
        ],
    ),
    ("The question", ["Die Frage", "La question", "La pregunta", "Soru", "सवाल"]),
    (
        "One more role whose bearers are moderators",
        [
            "Eine weitere Rolle, deren Träger moderieren",
            "Un rôle de plus dont les membres sont modérateurs",
            "Un rol más cuyos miembros son moderadores",
            "Sahipleri moderatör olan bir rol daha",
            "एक और भूमिका जिसके लोग मॉडरेटर हैं",
        ],
    ),
    (
        "Where suggestions are posted",
        [
            "Wo Vorschläge gepostet werden",
            "Où les propositions sont publiées",
            "Dónde se publican las propuestas",
            "Önerilerin yazıldığı yer",
            "सुझाव कहाँ लिखे जाएँ",
        ],
    ),
    (
        "Where each change leaves a line",
        [
            "Wo jede Änderung eine Zeile hinterlässt",
            "Où chaque modification laisse une ligne",
            "Dónde cada cambio deja una línea",
            "Her değişikliğin bir satır bıraktığı yer",
            "हर बदलाव की पंक्ति कहाँ लिखी जाए",
        ],
    ),
    (
        "One more channel where every message that looks like a question is tried",
        [
            "Ein weiterer Kanal, in dem jede Frage versucht wird",
            "Un salon de plus où chaque question est tentée",
            "Un canal más donde se intenta cada pregunta",
            "Her sorunun denendiği bir kanal daha",
            "एक और चैनल जहाँ हर सवाल आज़माया जाए",
        ],
    ),
    (
        "Hosts that sources may lie on, with commas between them: dawn.com, bbc.co.uk",
        [
            "Hosts erlaubter Quellen, durch Kommas getrennt: dawn.com, bbc.co.uk",
            "Hôtes admis pour les sources, séparés par des virgules : dawn.com, bbc.co.uk",
            "Hosts de fuentes permitidas, separados por comas: dawn.com, bbc.co.uk",
            "Kaynakların durabileceği siteler, virgülle: dawn.com, bbc.co.uk",
            "स्रोतों की साइटें, अल्पविराम से अलग: dawn.com, bbc.co.uk",
        ],
    ),
    (
        "Topics whose facts two moderators must agree on, with commas between them",
        [
            "Themen, bei denen zwei Moderatoren zustimmen müssen, durch Kommas getrennt",
            "Sujets où deux modérateurs doivent s'accorder, séparés par des virgules",
            "Temas en que dos moderadores deben coincidir, separados por comas",
            "İki moderatörün anlaşması gereken konular, virgülle",
            "विषय जिन पर दो मॉडरेटर सहमत हों, अल्पविराम से अलग",
        ],
    ),
    ("Clear a setting", ["Eine Einstellung leeren", "Effacer un réglage", "Borrar un ajuste", "Bir ayarı temizle", "कोई सेटिंग हटाएँ"]),
    (
        "Add, correct and retract this server's facts",
        [
            "Tatsachen dieses Servers hinzufügen, berichtigen, zurückziehen",
            "Ajouter, corriger et retirer les faits de ce serveur",
            "Añadir, corregir y retirar los hechos de este servidor",
            "Bu sunucunun bilgilerini ekle, düzelt, geri çek",
            "इस सर्वर के तथ्य जोड़ें, सुधारें, वापस लें",
        ],
    ),
    (
        "Add a fact, in a form",
        [
            "Eine Tatsache hinzufügen, in einem Formular",
            "Ajouter un fait, dans un formulaire",
            "Añadir un hecho, en un formulario",
            "Formla bilgi ekle",
            "फ़ॉर्म में तथ्य जोड़ें",
        ],
    ),
    (
        "Change a fact, in a form",
        [
            "Eine Tatsache ändern, in einem Formular",
            "Modifier un fait, dans un formulaire",
            "Cambiar un hecho, en un formulario",
            "Formla bilgi değiştir",
            "फ़ॉर्म में तथ्य बदलें",
        ],
    ),
    (
        "Serve a fact no more; it keeps its record",
        [
            "Eine Tatsache nicht mehr zeigen; ihr Verlauf bleibt",
            "Ne plus servir un fait ; son historique reste",
            "No mostrar más un hecho; su historial queda",
            "Bir bilgiyi artık gösterme; kaydı kalır",
            "तथ्य अब न दिखाएँ; उसका रिकॉर्ड रहता है",
        ],
    ),
    (
        "Serve a retracted fact again",
        [
            "Eine zurückgezogene Tatsache wieder zeigen",
            "Servir de nouveau un fait retiré",
            "Volver a mostrar un hecho retirado",
            "Geri çekilmiş bilgiyi yeniden göster",
            "वापस लिया तथ्य फिर दिखाएँ",
        ],
    ),
    (
        "A fact as askers see it, with its record",
        [
            "Eine Tatsache, wie Fragende sie sehen, mit ihrem Verlauf",
            "Un fait tel qu'on le voit, avec son historique",
            "Un hecho como lo ve quien pregunta, con su historial",
            "Soranların gördüğü haliyle bilgi, kaydıyla",
            "तथ्य जैसा पूछने वाले देखते हैं, रिकॉर्ड के साथ",
        ],
    ),
    (
        "What was done to a fact, by whom, when and why",
        [
            "Was mit einer Tatsache geschah, durch wen, wann und warum",
            "Ce qui a été fait à un fait, par qui, quand et pourquoi",
            "Qué se hizo con un hecho, quién, cuándo y por qué",
            "Bir bilgiye ne yapıldı, kim, ne zaman, neden",
            "तथ्य के साथ क्या हुआ, किसने, कब और क्यों",
        ],
    ),
    (
        "Take a fact back to an earlier revision",
        [
            "Eine Tatsache auf eine frühere Fassung zurücksetzen",
            "Ramener un fait à une version antérieure",
            "Devolver un hecho a una revisión anterior",
            "Bir bilgiyi önceki sürümüne döndür",
            "तथ्य को पहले के रूप में लौटाएँ",
        ],
    ),
    (
        "What waits for a moderator",
        [
            "Was auf die Moderation wartet",
            "Ce qui attend un modérateur",
            "Qué espera a un moderador",
            "Moderatör bekleyenler",
            "मॉडरेटर की राह देखती चीज़ें",
        ],
    ),
    (
        "What people asked in vain",
        ["Was vergeblich gefragt wurde", "Ce qui a été demandé en vain", "Qué se preguntó en vano", "Boşuna sorulanlar", "जो बेकार पूछा गया"],
    ),
    (
        "Why a question is answered as it is",
        [
            "Warum eine Frage so beantwortet wird",
            "Pourquoi une question reçoit cette réponse",
            "Por qué una pregunta se responde así",
            "Bir soru neden böyle yanıtlanıyor",
            "सवाल का जवाब ऐसा क्यों है",
        ],
    ),
    (
        "This server's settings",
        ["Einstellungen dieses Servers", "Réglages de ce serveur", "Ajustes de este servidor", "Bu sunucunun ayarları", "इस सर्वर की सेटिंग"],
    ),
    (
        "How this server is set",
        [
            "Wie dieser Server eingestellt ist",
            "Comment ce serveur est réglé",
            "Cómo está ajustado este servidor",
            "Bu sunucu nasıl ayarlı",
            "यह सर्वर कैसे सेट है",
        ],
    ),
    (
        "Set who moderates, where things are posted, and what sources may be",
        [
            "Wer moderiert, wo gepostet wird und welche Quellen gelten",
            "Qui modère, où l'on publie, quelles sources sont admises",
            "Quién modera, dónde se publica y qué fuentes valen",
            "Kim yönetir, nereye yazılır, hangi kaynaklar olur",
            "कौन मॉडरेट करे, कहाँ लिखा जाए, कौन से स्रोत चलें",
        ],
    ),
];

/// Describes a command, its options and those below it in each language. What has no words here stays English.
pub(super) fn describe<U, E>(command: &mut poise::Command<U, E>) {
    command.description_localizations = said(command.description.as_deref());
    for option in &mut command.parameters {
        option.description_localizations = said(option.description.as_deref());
    }
    command.subcommands.iter_mut().for_each(describe);
}

fn said(english: Option<&str>) -> Cow<'static, [(Cow<'static, str>, Cow<'static, str>)]> {
    let found = SAID.iter().find(|(own, _)| Some(*own) == english);
    let words = found.into_iter().flat_map(|(_, words)| LANGUAGES.into_iter().zip(*words));
    words.map(|(language, words)| (Cow::Borrowed(language), Cow::Borrowed(words))).collect()
}
