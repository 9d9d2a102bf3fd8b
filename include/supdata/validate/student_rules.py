"""The rules on who the student is: INE and birth date."""

from supdata.records.states import Severity
from supdata.validate.rule import Rule

CONTRACT = "SupData, contract of POST /api/inscription"
SHAPES = "Shapes taken by API Particulier and by Santé Psy Étudiant"
OWN = "This project: a mistake seen in exports"

STUDENT_RULES = (
    Rule(
        id="INE-ABSENT",
        field="ine",
        severity=Severity.REJECT,
        title="INE absent",
        explanation="Le registre reconnaît un étudiant à son INE et à sa date de naissance : sans INE, rien ne peut être "
        "déclaré.",
        fix="Renseignez l’INE dans le dossier de l’étudiant. S’il n’en a pas encore, faites-le immatriculer (INES).",
        english="The INE is missing",
        english_explanation="The registry knows a student by INE and birth date: without an INE nothing can be declared.",
        english_fix="Enter the INE in the student's record. A student who has none yet must be registered first (INES).",
        source=CONTRACT,
        essential=True,
    ),
    Rule(
        id="INE-PLACEHOLDER",
        field="ine",
        severity=Severity.REJECT,
        title="INE fictif",
        explanation="La valeur est un remplissage (zéros, même caractère répété, « inconnu »…), pas un numéro attribué.",
        fix="Remplacez-la par l’INE de l’étudiant, ou faites-le immatriculer (INES) s’il n’en a pas.",
        english="The INE is a filler",
        english_explanation="The value is a filler (zeros, one character repeated, “unknown”…), not a number that was issued.",
        english_fix="Replace it by the student's INE, or have the student registered (INES) if there is none.",
        source="eCandidat refuses ten identical digits; the words are this project's",
    ),
    Rule(
        id="INE-ELSEWHERE",
        field="ine",
        severity=Severity.REJECT,
        title="INE rangé dans une autre colonne",
        explanation="La colonne de l’INE n’en contient pas, alors qu’une autre colonne de la ligne contient un INE dont la "
        "clé est juste : les colonnes ont été interverties.",
        fix="Remettez l’INE dans son champ. Si toutes les lignes sont touchées, les colonnes de l’export ont changé d’ordre "
        ": prévenez-nous.",
        english="The INE stands in another column",
        english_explanation="The column of the INE holds none, while another column of the row holds an INE with a right "
        "key: columns were swapped.",
        english_fix="Put the INE back in its field. If every row is concerned, the export's columns have changed: tell us.",
        source=OWN,
    ),
    Rule(
        id="INE-LOST-ZERO",
        field="ine",
        severity=Severity.REJECT,
        title="INE privé de ses zéros de tête",
        explanation="Avec les zéros qui lui manquent au début, ce numéro est un INE dont la clé est juste : un tableur a "
        "pris l’INE pour un nombre.",
        fix="Refaites l’export sans ouvrir le fichier dans un tableur, ou mettez la colonne au format Texte avant d’y coller "
        "les INE.",
        english="The INE has lost its leading zeros",
        english_explanation="With the zeros that it lacks in front, this number is an INE with a right key: a spreadsheet "
        "took it for a number.",
        english_fix="Export again without opening the file in a spreadsheet, or make the column Text before pasting.",
        source=OWN,
    ),
    Rule(
        id="INE-FLOAT",
        field="ine",
        severity=Severity.REJECT,
        title="INE changé en nombre par un tableur",
        explanation="La valeur est un nombre arrondi (comme 1,2E+10) : un tableur a pris l’INE pour un nombre, et ses "
        "chiffres sont perdus.",
        fix="Refaites l’export depuis votre logiciel, sans passer par un tableur : l’INE d’origine ne peut pas être retrouvé "
        "ici.",
        english="A spreadsheet made a number of the INE",
        english_explanation="The value is a rounded number (such as 1.2E+10): a spreadsheet took the INE for a number, and "
        "its digits are lost.",
        english_fix="Export again from your own software, not through a spreadsheet: the INE cannot be recovered from this.",
        source=OWN,
    ),
    Rule(
        id="INE-FORMAT",
        field="ine",
        severity=Severity.REJECT,
        title="INE mal formé",
        explanation="Un INE a 11 caractères : 9 chiffres et 2 lettres, 10 chiffres et 1 lettre, ou 10 caractères et 1 chiffre. "
        "Celui-ci n’a aucune de ces formes.",
        fix="Reprenez l’INE sur un document sûr (relevé de notes du baccalauréat). S’il lui manque un zéro en tête, un tableur "
        "l’a sans doute retiré : refaites l’export sans passer par un tableur.",
        english="The INE has the shape of no family",
        english_explanation="An INE has 11 characters: 9 digits and 2 letters, 10 digits and 1 letter, or 10 characters and 1 "
        "digit. This one has none of these shapes.",
        english_fix="Copy the INE from a document to be relied on (the baccalauréat transcript). If a leading zero is "
        "missing, a spreadsheet has probably dropped it: export again without opening the file in a "
        "spreadsheet.",
        source=SHAPES,
    ),
    Rule(
        id="INE-TYPO",
        field="ine",
        severity=Severity.REJECT,
        title="INE mal recopié d’un autre dossier",
        explanation="La clé de cet INE est fausse, et une autre ligne du fichier, avec la même date de naissance, porte un "
        "INE juste qui n’en diffère que d’un caractère ou de deux caractères intervertis : c’est sans doute le même "
        "étudiant.",
        fix="Comparez les deux dossiers. Si c’est le même étudiant, corrigez l’INE faux et réunissez les dossiers.",
        english="The INE is a misspelling of another one of the file",
        english_explanation="The key of this INE is wrong, and another row with the same birth date holds a right INE that "
        "differs by one character or by two exchanged ones: most likely the same student.",
        english_fix="Compare the two files. If it is one student, correct the wrong INE and merge the files.",
        source=OWN,
    ),
    Rule(
        id="INE-KEY-BEA",
        field="ine",
        severity=Severity.REJECT,
        title="Lettre de contrôle de l’INE fausse",
        explanation="La dernière lettre d’un INE de 10 chiffres et 1 lettre se calcule à partir des chiffres ; elle ne "
        "correspond pas : un caractère a été mal saisi.",
        fix="Comparez l’INE, caractère par caractère, avec un document sûr, et corrigez-le dans le dossier de l’étudiant.",
        english="The key letter of the BEA number is wrong",
        english_explanation="The last letter of an INE of 10 digits and 1 letter follows from the digits; here it does not: a "
        "character was mistyped.",
        english_fix="Compare the INE, character by character, with a document to be relied on, and correct it in the "
        "student's record.",
        source="eCandidat, checkBEA23: first ten digits modulo 23",
    ),
    Rule(
        id="INE-KEY-BASE36",
        field="ine",
        severity=Severity.REJECT,
        title="Chiffre de contrôle de l’INE faux",
        explanation="Le dernier chiffre d’un INE universitaire se calcule à partir des 10 premiers caractères ; il ne "
        "correspond pas : un caractère a été mal saisi, ou ce n’est pas un INE (téléphone, numéro de sécurité "
        "sociale).",
        fix="Comparez l’INE, caractère par caractère, avec un document sûr, et corrigez-le dans le dossier de l’étudiant.",
        english="The key digit of the university number is wrong",
        english_explanation="The last digit of a university INE follows from its first 10 characters; here it does not: a "
        "character was mistyped, or this is no INE (a telephone or social security number).",
        english_fix="Compare the INE, character by character, with a document to be relied on, and correct it in the "
        "student's record.",
        source="eCandidat, checkNNE36: base-36 value modulo 10",
    ),
    Rule(
        id="INE-KEY-RNIE",
        field="ine",
        severity=Severity.WARN,
        title="Lettres de contrôle de l’INE inhabituelles",
        explanation="Les deux lettres finales ne sont pas celles que donne le calcul observé sur les INE connus. La règle "
        "n’est pas officielle : l’inscription est déclarée quand même.",
        fix="Vérifiez l’INE avec un document sûr. S’il est exact, il n’y a rien à faire.",
        english="The key letters of the RNIE number are unusual",
        english_explanation="The two final letters are not those that the calculation observed on known INEs gives. The rule "
        "is not official: the enrolment is declared all the same.",
        english_fix="Check the INE against a document to be relied on. If it is right, there is nothing to do.",
        source="Derived from seven published numbers: 97 - n mod 97; not official",
    ),
    Rule(
        id="INE-PROVISIONAL",
        field="ine",
        severity=Severity.HOLD,
        title="INE provisoire",
        explanation="Cet INE (lettre D en 5e position) est délivré en attendant l’immatriculation. Le registre ne le connaît "
        "pas : la ligne attend.",
        fix="Faites immatriculer l’étudiant (INES) et remplacez l’INE provisoire par l’INE définitif.",
        english="The INE is provisional",
        english_explanation="This INE (letter D in 5th place) is issued until the student is registered. The registry does not "
        "know it: the row waits.",
        english_fix="Have the student registered (INES) and replace the provisional INE by the definitive one.",
        source="Shapes of Santé Psy Étudiant; the registry wants students known to INES",
    ),
    Rule(
        id="INE-NEAR",
        field="ine",
        severity=Severity.WARN,
        title="Deux INE presque identiques",
        explanation="Une autre ligne, avec la même date de naissance, porte un INE qui ne diffère de celui-ci que d’un "
        "caractère ou de deux caractères intervertis. La clé ne dit pas lequel est faux : l’inscription est déclarée quand "
        "même.",
        fix="Comparez les deux dossiers : s’il s’agit du même étudiant, corrigez l’INE faux. Sinon, il n’y a rien à faire.",
        english="Two INEs are nearly the same",
        english_explanation="Another row with the same birth date holds an INE that differs by one character or by two "
        "exchanged ones. The key does not tell which is wrong; the enrolment is declared all the same.",
        english_fix="Compare the two files: if it is one student, correct the wrong INE. If not, there is nothing to do.",
        source=OWN,
    ),
    Rule(
        id="INE-TWO-BIRTHS",
        field="dateNaissance",
        severity=Severity.REJECT,
        title="Un INE, deux dates de naissance",
        explanation="Plusieurs lignes ont le même INE et des dates de naissance différentes : l’une est fausse, ou deux "
        "étudiants partagent un INE par erreur. Aucune n’est déclarée.",
        fix="Retrouvez les dossiers qui portent cet INE, corrigez la date ou l’INE faux, ou réunissez les deux dossiers.",
        english="The same INE comes with two birth dates",
        english_explanation="Several rows have the same INE and different birth dates: one is wrong, or two students share an "
        "INE by mistake. None of them is declared.",
        english_fix="Find the records that carry this INE; correct the wrong date or INE, or merge the two records.",
        source=OWN,
        essential=True,
    ),
    Rule(
        id="BIRTH-ABSENT",
        field="dateNaissance",
        severity=Severity.REJECT,
        title="Date de naissance absente",
        explanation="Le registre reconnaît un étudiant à son INE et à sa date de naissance : sans elle, rien ne peut être "
        "déclaré.",
        fix="Renseignez la date de naissance dans le dossier de l’étudiant.",
        english="The birth date is missing",
        english_explanation="The registry knows a student by INE and birth date: without a birth date nothing can be declared.",
        english_fix="Enter the birth date in the student's record.",
        source=CONTRACT,
        essential=True,
    ),
    Rule(
        id="BIRTH-REAL",
        field="dateNaissance",
        severity=Severity.REJECT,
        title="Date de naissance impossible ou illisible",
        explanation="La valeur n’est pas une date du calendrier, ou n’est pas écrite dans un format convenu (année sur 4 "
        "chiffres).",
        fix="Corrigez la date dans le dossier. Si toutes les lignes sont touchées, le format de l’export a changé : "
        "prévenez-nous.",
        english="The birth date is not a date of the calendar",
        english_explanation="The value is not a date of the calendar, or is not written in an agreed format (four-digit year).",
        english_fix="Correct the date in the record. If every row is concerned, the format of the export has changed: tell us.",
        source=CONTRACT,
        essential=True,
    ),
    Rule(
        id="BIRTH-DEFAULT",
        field="dateNaissance",
        severity=Severity.REJECT,
        title="Date de naissance par défaut",
        explanation="Cette date (comme le 01/01/1900) est celle qu’un logiciel écrit quand aucune n’est saisie : ce n’est "
        "pas une date de naissance.",
        fix="Renseignez la date de naissance dans le dossier de l’étudiant.",
        english="The birth date is a default",
        english_explanation="This day (such as 1900-01-01) is what a program writes where none was given: it is no birth date.",
        english_fix="Fill in the birth date in the student's file.",
        source=OWN,
    ),
    Rule(
        id="BIRTH-ENROLMENT",
        field="dateNaissance",
        severity=Severity.REJECT,
        title="Date d’inscription à la place de la date de naissance",
        explanation="La date de naissance est celle du début ou de la fin de l’inscription : une date a été saisie ou "
        "exportée à la place d’une autre.",
        fix="Corrigez la date de naissance. Si toutes les lignes sont touchées, les colonnes de l’export ont changé : "
        "prévenez-nous.",
        english="The birth date is the date of the enrolment",
        english_explanation="The birth date is the enrolment's first or last day: one date was entered or exported in place "
        "of another.",
        english_fix="Correct the birth date. If every row is concerned, the export's columns have changed: tell us.",
        source=OWN,
    ),
    Rule(
        id="BIRTH-PLAUSIBLE",
        field="dateNaissance",
        severity=Severity.REJECT,
        title="Date de naissance invraisemblable",
        explanation="L’étudiant aurait moins de 10 ans ou plus de 110 ans à la rentrée : l’année saisie n’est pas la bonne.",
        fix="Corrigez l’année de naissance dans le dossier de l’étudiant.",
        english="The student would be under 10 or over 110 years old",
        english_explanation="The student would be under 10 or over 110 years old when the year begins: the year was mistyped.",
        english_fix="Correct the year of birth in the student's record.",
        source=OWN,
    ),
    Rule(
        id="BIRTH-SUSPECT",
        field="dateNaissance",
        severity=Severity.WARN,
        title="Date de naissance peut-être par défaut",
        explanation="Le 01/01/1970, ou un 1er janvier que beaucoup de lignes ont en commun, est souvent une valeur par "
        "défaut. L’inscription est déclarée quand même.",
        fix="Vérifiez la date de naissance. Si elle est exacte, ou si l’état civil ne connaît que l’année, il n’y a rien à "
        "faire.",
        english="The birth date may be a default",
        english_explanation="1970-01-01, or a first of January that many rows have in common, is often a default. The "
        "enrolment is declared all the same.",
        english_fix="Check the birth date. If it is right, or if only the year is on record, there is nothing to do.",
        source=OWN,
    ),
    Rule(
        id="BIRTH-UNUSUAL",
        field="dateNaissance",
        severity=Severity.WARN,
        title="Âge inhabituel",
        explanation="L’étudiant aurait moins de 14 ans ou plus de 100 ans à la rentrée. L’inscription est déclarée quand même.",
        fix="Vérifiez l’année de naissance. Si elle est exacte, il n’y a rien à faire.",
        english="The student would be under 14 or over 100 years old",
        english_explanation="The student would be under 14 or over 100 years old when the year begins. The enrolment is "
        "declared all the same.",
        english_fix="Check the year of birth. If it is right, there is nothing to do.",
        source=OWN,
    ),
)
