-- Made students of a lycée: numbers with right keys, nobody's.
CREATE TABLE eleve (
    numero integer PRIMARY KEY, nom text, ine_rnie char(11), id_national varchar(20), date_naissance text
);
CREATE TABLE scolarite (
    numero integer REFERENCES eleve, annee_scolaire smallint, entree date, sortie timestamp, situation smallint, regime text,
    commune_insee char(5), mefstat11 text, annee numeric(2)
);
INSERT INTO eleve VALUES
    (103, 'ESSAI', NULL, '1234567890v ', '30/02/2007'),
    (101, 'ESSAI', '070000001EK', '0700000001S', '09/03/2007'),
    (102, 'ESSAI', '000000017JA', NULL, '9/3/2007'),
    (104, 'ESSAI', NULL, NULL, NULL),
    (105, 'ESSAI', '200000003CK', NULL, '01/01/2006');
INSERT INTO scolarite VALUES
    (101, 2026, '2026-09-01', '2027-08-31', 1, 'SCOL', '88413', '31121001100', 1),
    (103, 2026, '2026-09-01', '2027-08-31 23:59:59', 0, 'APPR', '2A004', '31121001100', 2),
    (102, 2026, '2026-11-03', '2027-08-31', 1, 'SCOL', '88413', '01121001100', 1),
    (104, 2026, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
    (105, 2025, '2025-09-01', '2026-08-31', 1, 'SCOL', '88413', '31121001100', 1);
