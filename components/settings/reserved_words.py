"""Words that a database cannot be called by (CreateDBInstance DBName: no word that the engine reserves).

Only what a store's name can become: lower case letters, digits and underscores.
"""

from __future__ import annotations

from collections.abc import Mapping

# PostgreSQL documentation, appendix C, key words that are reserved (or reserved but for functions and types), and the
# databases that every instance has.
_POSTGRES = """
all analyse analyze and any array as asc asymmetric authorization binary both case cast check collate collation column
concurrently constraint create cross current_catalog current_date current_role current_schema current_time
current_timestamp current_user default deferrable desc distinct do else end except false fetch for foreign freeze from
full grant group having ilike in initially inner intersect into is isnull join lateral leading left like limit localtime
localtimestamp natural not notnull null offset on only or order outer overlaps placing primary references returning right
select session_user similar some symmetric system_user table tablesample then to trailing true union unique user using
variadic verbose when where window with
postgres rdsadmin template0 template1
"""
# MySQL 8.0 reference manual, "Keywords and reserved words", and the schemas that every instance has.
_MYSQL = """
accessible add all alter analyze and as asc asensitive before between bigint binary blob both by call cascade case change
char character check collate column condition constraint continue convert create cross cube cume_dist current_date
current_time current_timestamp current_user cursor database databases dec decimal declare default delayed delete
dense_rank desc describe deterministic distinct distinctrow div double drop dual each else elseif empty enclosed escaped
except exists exit explain false fetch first_value float for force foreign from fulltext function generated get grant
group grouping groups having if ignore in index infile inner inout insensitive insert int integer intersect interval into
is iterate join json_table key keys kill lag last_value lateral lead leading leave left like limit linear lines load
localtime localtimestamp lock long longblob longtext loop match mediumblob mediumint mediumtext mod modifies natural not
nth_value ntile null numeric of on optimize option optionally or order out outer outfile over partition percent_rank
precision primary procedure purge range rank read reads real recursive references regexp release rename repeat replace
require resignal restrict return revoke right rlike row rows row_number schema schemas select sensitive separator set show
signal smallint spatial specific sql sqlexception sqlstate sqlwarning ssl starting stored straight_join system table
terminated then tinyblob tinyint tinytext to trailing trigger true undo union unique unlock unsigned update usage use
using values varbinary varchar varying virtual when where while window with write xor zerofill
information_schema innodb mysql performance_schema sys
"""

# By the engine's name: components/settings/databases.py reads this table, so its Engine cannot be imported here.
RESERVED_WORDS: Mapping[str, frozenset[str]] = {
    "postgres": frozenset(_POSTGRES.split()),
    "mysql": frozenset(_MYSQL.split()),
}
