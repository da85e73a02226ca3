-- A made-up core as a database: what goes out and what came back. SQLite; sqlite3 core.db < samples/core-db/core.sql
-- AMOUNT is TEXT: SQLite would keep what is written into a DECIMAL column as a binary floating-point number.
create table OUT_PAYMENTS (
  ID         integer primary key autoincrement,  -- one writer at a time: numbers become visible in their order
  REF_NO     text not null,
  AMOUNT     text not null,
  CCY        text not null,
  VALUE_DATE text not null,
  CREATED_AT text not null,                      -- local time, UTC+5
  DR_NAME    text not null,
  DR_ACCT    text not null,
  DR_BIN     text,
  CR_NAME    text not null,
  CR_ACCT    text not null,
  CR_BIC     text not null,
  KNP        text not null,
  NARRATIVE  text                                -- '' and NULL are the same here
);

create table ANSWERS (
  REF_NO    text primary key,
  STATUS    text not null check (STATUS in ('A', 'P', 'R')),
  REASON    text,
  AMOUNT    text,
  ANSWERED  text not null
);

insert into OUT_PAYMENTS (REF_NO, AMOUNT, CCY, VALUE_DATE, CREATED_AT, DR_NAME, DR_ACCT, DR_BIN, CR_NAME, CR_ACCT,
                          CR_BIC, KNP, NARRATIVE) values
  ('DB26112100000001', '16162503.77', 'KZT', '2026-11-21', '2026-11-21 09:30:00', 'ИП «Самал-Сауда 89»',
   'KZ39999KZT0000001155', '150640783088', 'Қожахметова Назгүл Дәуренқызы', 'KZ029990000000500272', 'FIKTKZKAXXX',
   '721', '№25 шарт бойынша қызмет көрсеткені үшін төлем'),
  ('DB26112100000002', '754117.67', 'KZT', '2026-11-23', '2026-11-21 09:31:12.5', 'АО "Ақ-Жайық 95"',
   'KZ809990000000001258', '110840420398', 'ИП "Қарлығаш 55"', 'KZ939990000000500283', 'TESTKZKA', '859', ''),
  ('DB26112100000003', '0.10', 'KZT', '2026-11-21', '2026-11-21 09:40:00', 'ЖШС "Өрлеу-Агро 97"',
   'KZ269990000000001066', null, 'Ұлықпанов Санжар Асқарұлы', 'KZ68999A000000500004', 'FIKTKZKAXXX', '911', null),
  -- No number that a program of the core may have sent: a reject, with its row.
  ('DB26112100000004', '51,10', 'KZT', '2026-11-21', '2026-11-21 09:41:00', 'Ұлықпанов Дәурен Ерланұлы',
   'KZ399990000000001026', null, 'Ермеков Асқар Қанатұлы', 'KZ54999A000000500353', 'FIKTKZKAXXX', '890', null);
