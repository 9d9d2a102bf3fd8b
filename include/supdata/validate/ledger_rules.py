"""The rules that compare a valid enrolment with what was declared before; the plan evaluates them, against the ledger."""

from supdata.records.states import Severity
from supdata.validate.rule import Rule

DECLARED = "This project: a comparison with what the registry last accepted"

LEDGER_RULES = (
    Rule(
        id="LEDGER-BIRTH-CHANGED",
        field="dateNaissance",
        severity=Severity.HOLD,
        title="Date de naissance différente de celle déjà déclarée",
        explanation="Cette inscription a été déclarée et acceptée avec une autre date de naissance. Le registre reconnaît un "
        "étudiant à son INE et à sa date de naissance ensemble : l’une des deux dates est fausse, ou l’INE est passé à un "
        "autre étudiant. La modification attend l’accord d’une personne.",
        fix="Vérifiez la date de naissance et l’INE avec une pièce d’identité. Si la nouvelle date est la bonne, donnez "
        "votre accord à l’envoi ; sinon, rétablissez l’ancienne dans le dossier de l’étudiant.",
        english="The birth date is not the one that was declared",
        english_explanation="This enrolment was declared and accepted with another birth date. The registry knows a student "
        "by INE and birth date together: one of the two dates is wrong, or the INE has moved to another student. The change "
        "waits for a person's consent.",
        english_fix="Check birth date and INE against an identity document. If the new date is right, approve the batch; "
        "otherwise restore the old one in the student's record.",
        source=DECLARED,
        against_ledger=True,
    ),
    Rule(
        id="LEDGER-REGIME-CHANGED",
        field="regime",
        severity=Severity.WARN,
        title="Régime différent de celui déjà déclaré",
        explanation="Cette inscription a été déclarée et acceptée avec un autre régime. C’est possible (un contrat "
        "d’apprentissage signé en cours d’année, par exemple) : la modification est envoyée.",
        fix="Vérifiez que l’étudiant a bien changé de régime. Si oui, il n’y a rien à faire.",
        english="The regime is not the one that was declared",
        english_explanation="This enrolment was declared and accepted with another regime. That happens (an apprenticeship "
        "signed during the year, for example): the change is sent.",
        english_fix="Check that the student's regime has really changed. If so, there is nothing to do.",
        source=DECLARED,
        against_ledger=True,
    ),
    Rule(
        id="LEDGER-STATUT-BACK",
        field="statut",
        severity=Severity.HOLD,
        title="Étudiant inscrit redevenu admis",
        explanation="Cette inscription a été déclarée « inscrit » et ne serait plus qu’« admis » : l’étudiant perdrait les "
        "droits qui vont avec son statut. La modification attend l’accord d’une personne.",
        fix="Vérifiez le dossier de l’étudiant (paiement, désinscription). S’il n’est en effet plus inscrit, donnez votre "
        "accord à l’envoi ; sinon, rétablissez son statut.",
        english="An enrolled student is only admitted again",
        english_explanation="This enrolment was declared as “inscrit” and would be “admis” again: the student would lose the "
        "rights that come with the status. The change waits for a person's consent.",
        english_fix="Check the student's record (payment, withdrawal). If the student is indeed no longer enrolled, approve "
        "the batch; otherwise restore the status.",
        source="API Particulier: inscrit means that the procedure is finished and the fees are settled",
        against_ledger=True,
    ),
    Rule(
        id="LEDGER-MASS-CHANGE",
        field="",
        severity=Severity.HOLD,
        title="Modification retenue avec un lot inhabituel",
        explanation="Ce passage sort de l’ordinaire : trop de lignes écartées, trop d’inscriptions modifiées, ou trop de "
        "disparues. Souvent, l’export est tronqué ou une colonne a été décalée. Les modifications attendent l’accord d’une "
        "personne ; les nouvelles inscriptions, elles, sont envoyées.",
        fix="Vérifiez l’export (nombre de lignes, colonnes, année). S’il est juste, donnez votre accord à l’envoi ; sinon, "
        "corrigez-le : le prochain passage reprendra tout.",
        english="The change is held with an unusual batch",
        english_explanation="This run is out of the ordinary: too many rows rejected, too many enrolments changed, or too "
        "many gone. Often the export was cut short or a column has moved. The changes wait for a person's consent; new "
        "enrolments are sent.",
        english_fix="Check the export (number of rows, columns, year). If it is right, approve the batch; otherwise mend it: "
        "the next run starts afresh.",
        source="This project: limits in the institution file (`limits`)",
        against_ledger=True,
    ),
    Rule(
        id="LEDGER-DEPARTED",
        field="",
        severity=Severity.WARN,
        title="Inscription déclarée disparue de la source",
        explanation="Cette inscription a été déclarée et acceptée, et la source ne la contient plus. Rien n’est effacé du "
        "registre, qui ne le permet pas. La source et la ligne sont celles où elle a été vue pour la dernière fois.",
        fix="Si l’étudiant est parti, il n’y a rien à faire. Sinon, remettez l’inscription dans l’export : un INE, un "
        "diplôme ou une date de début modifié la fait aussi paraître disparue.",
        english="A declared enrolment is no longer in the source",
        english_explanation="This enrolment was declared and accepted, and the source no longer holds it. Nothing is deleted "
        "from the registry, which does not allow it. Source and row are those where it was last seen.",
        english_fix="If the student has left there is nothing to do. Otherwise put the enrolment back into the export: a "
        "changed INE, diploma or start date makes it look gone, too.",
        source=DECLARED,
        against_ledger=True,
    ),
)
