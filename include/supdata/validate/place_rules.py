"""The rules on where the student is enrolled: the establishment and its commune."""

from supdata.records.states import Severity
from supdata.validate.rule import Rule

REFERENCE = "Code officiel géographique and postal codes (records/reference/README.md)"

PLACE_RULES = (
    Rule(
        id="UAI-FORMAT",
        field="uai",
        severity=Severity.REJECT,
        title="Code UAI mal formé",
        explanation="Un code UAI a 7 chiffres et 1 lettre.",
        fix="Corrigez le code UAI de l’établissement d’inscription. Un zéro de tête a pu être retiré par un tableur.",
        english="The UAI is not seven digits and a letter",
        english_explanation="A UAI has 7 digits and 1 letter.",
        english_fix="Correct the UAI of the establishment. A spreadsheet may have dropped a leading zero.",
        source="SIFA instructions; API Particulier v3",
        essential=True,
    ),
    Rule(
        id="UAI-KEY",
        field="uai",
        severity=Severity.REJECT,
        title="Lettre de contrôle du code UAI fausse",
        explanation="La lettre d’un code UAI se calcule à partir de ses chiffres ; elle ne correspond pas.",
        fix="Comparez le code UAI avec celui de la Base centrale des établissements, et corrigez-le.",
        english="The key letter of the UAI is wrong",
        english_explanation="The letter of a UAI follows from its digits; here it does not.",
        english_fix="Compare the UAI with the national list of establishments, and correct it.",
        source="SIFA instructions: number modulo 23",
        essential=True,
    ),
    Rule(
        id="UAI-OWNER",
        field="uai",
        severity=Severity.REJECT,
        title="Établissement d’un autre",
        explanation="Ce code UAI n’est pas de ceux pour lesquels votre établissement déclare : c’est peut-être un partenaire.",
        fix="Retirez ces inscriptions de l’export. Si vous devez déclarer pour cet établissement, demandez-nous de l’ajouter.",
        english="The UAI is not one this institution declares for",
        english_explanation="This UAI is not one your institution declares for: it may be a partner's.",
        english_fix="Remove these enrolments from the export. If you have to declare for this establishment, ask us to add it.",
        source="The registry issues its keys to one institution",
        essential=True,
    ),
    Rule(
        id="COMMUNE-KNOWN",
        field="codeCommune",
        severity=Severity.REJECT,
        title="Code de commune absent ou inconnu",
        explanation="La valeur n’est le code d’aucune commune.",
        fix="Indiquez le code postal ordinaire (sans CEDEX) ou le code INSEE de la commune de l’établissement.",
        english="The commune code is missing or unknown",
        english_explanation="The value is no commune's code.",
        english_fix="Give the ordinary postal code (no CEDEX) or the INSEE code of the establishment's commune.",
        source=REFERENCE,
        essential=True,
    ),
    Rule(
        id="COMMUNE-LOST-ZERO",
        field="codeCommune",
        severity=Severity.REJECT,
        title="Code de commune privé de son zéro de tête",
        explanation="Avec un zéro devant, ces quatre chiffres sont un code de commune : un tableur a pris le code pour un "
        "nombre.",
        fix="Refaites l’export sans ouvrir le fichier dans un tableur, ou mettez la colonne au format Texte.",
        english="The commune code has lost its leading zero",
        english_explanation="With a zero in front, these four digits are a commune's code: a spreadsheet took it for a number.",
        english_fix="Export again without opening the file in a spreadsheet, or make the column Text.",
        source=REFERENCE,
        essential=True,
    ),
    Rule(
        id="COMMUNE-CEDEX",
        field="codeCommune",
        severity=Severity.REJECT,
        title="Code CEDEX (probable)",
        explanation="Ces cinq chiffres ne sont ni un code postal ordinaire ni un code INSEE. À leur forme, c’est "
        "probablement un code CEDEX, qui désigne un service de distribution et non une commune.",
        fix="Indiquez le code postal ordinaire (sans CEDEX) ou le code INSEE de la commune de l’établissement.",
        english="The commune code is probably a CEDEX code",
        english_explanation="These five digits are neither an ordinary postal code nor an INSEE code. By their shape they "
        "are probably a CEDEX code, which stands for a delivery service and not for a commune.",
        english_fix="Give the ordinary postal code (no CEDEX) or the INSEE code of the establishment's commune.",
        source=REFERENCE,
        essential=True,
    ),
    Rule(
        id="COMMUNE-FOREIGN",
        field="codeCommune",
        severity=Severity.REJECT,
        title="Code d’un pays étranger",
        explanation="Ce code (99 et trois chiffres, ou Monaco) désigne un pays et non une commune : c’est sans doute le lieu "
        "de naissance ou l’adresse de l’étudiant.",
        fix="Indiquez la commune de l’établissement, et non celle de l’étudiant.",
        english="The code is that of a foreign country",
        english_explanation="This code (99 and three digits, or Monaco) stands for a country, not for a commune: most likely "
        "the student's birthplace or address.",
        english_fix="Give the commune of the establishment, not the student's.",
        source=REFERENCE,
        essential=True,
    ),
    Rule(
        id="COMMUNE-KIND",
        field="codeCommune",
        severity=Severity.REJECT,
        title="Code postal et code INSEE confondus",
        explanation="La colonne contient, selon ce qui a été convenu, une sorte de code (postal ou INSEE), et cette valeur "
        "n’existe que dans l’autre.",
        fix="Indiquez la sorte de code convenue. Si toute la colonne a changé de nature, prévenez-nous. Un code CEDEX peut "
        "aussi ressembler à un code INSEE.",
        english="A postal code stands for an INSEE code, or the reverse",
        english_explanation="The column holds one kind of code (postal or INSEE) by agreement, and this value exists in the "
        "other kind only.",
        english_fix="Give the kind agreed upon. If the whole column has changed its kind, tell us. A CEDEX code may look "
        "like an INSEE code, too.",
        source=REFERENCE,
        essential=True,
    ),
    Rule(
        id="COMMUNE-FORMER",
        field="codeCommune",
        severity=Severity.REJECT,
        title="Code d’une ancienne commune",
        explanation="Ce code INSEE est celui d’une commune qui a fusionné ou changé de code.",
        fix="Remplacez-le par le code INSEE de la commune actuelle.",
        english="The INSEE code is that of a former commune",
        english_explanation="This INSEE code is that of a commune that was merged or has changed its code.",
        english_fix="Replace it by the INSEE code of the present commune.",
        source=REFERENCE,
        essential=True,
    ),
    Rule(
        id="COMMUNE-AMBIGUOUS",
        field="codeCommune",
        severity=Severity.WARN,
        title="Code de commune ambigu",
        explanation="Ces cinq caractères sont à la fois le code postal d’une commune et le code INSEE d’une autre.",
        fix="Dites-nous si cette colonne contient des codes postaux ou des codes INSEE : nous le noterons une fois pour "
        "toutes.",
        english="The value is the postal code of one commune and the INSEE code of another",
        english_explanation="These five characters are both the postal code of one commune and the INSEE code of another.",
        english_fix="Tell us whether this column holds postal codes or INSEE codes: we will write it down once and for all.",
        source=REFERENCE,
    ),
    Rule(
        id="COMMUNE-OVERSEAS",
        field="codeCommune",
        severity=Severity.WARN,
        title="Commune d’une collectivité d’outre-mer",
        explanation="Ce code est celui d’une collectivité d’outre-mer (Saint-Pierre-et-Miquelon, Saint-Barthélemy, "
        "Saint-Martin, Polynésie, Wallis-et-Futuna, Nouvelle-Calédonie), que le registre ne couvre pas toujours. "
        "L’inscription est déclarée quand même.",
        fix="Vérifiez que l’établissement s’y trouve. Si c’est exact, dites-le-nous : nous le noterons une fois pour toutes.",
        english="The commune is overseas, where the registry may not reach",
        english_explanation="This code belongs to an overseas collectivity, which the registry does not always cover. The "
        "enrolment is declared all the same.",
        english_fix="Check that the establishment stands there. If it does, tell us: we will write it down once and for all.",
        source=REFERENCE,
    ),
    Rule(
        id="COMMUNE-EMIT",
        field="codeCommune",
        severity=Severity.REJECT,
        title="Code de commune non convertible",
        explanation="Le registre attend l’autre sorte de code (postal ou INSEE), et celui-ci correspond à plusieurs communes "
        "ou à plusieurs codes postaux : on ne peut pas choisir à votre place.",
        fix="Indiquez dans l’export la sorte de code que le registre attend, ou dites-nous la commune de chaque site.",
        english="The code cannot be turned with certainty into the kind that is sent",
        english_explanation="The registry expects the other kind of code (postal or INSEE), and this one belongs to several "
        "communes or several postal codes: the choice cannot be made for you.",
        english_fix="Export the kind of code the registry expects, or tell us the commune of each site.",
        source=REFERENCE,
        essential=True,
    ),
)
