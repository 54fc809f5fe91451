package dev.serin.contracts.migration;

/// What is said of changes that are not additive: what they do to the version that still runs, and
/// how the same is had in two releases (expand, then contract).
final class Words {
  static final String TABLE_GONE = "the version that still runs uses that table";
  static final String SCHEMA_GONE = "the version that still runs uses what is in it";
  static final String OBJECT_GONE = "the version that still runs may use it";
  static final String ROWS_GONE =
      "the rows are gone for the version that still runs, and no rollback brings them back";
  static final String COLUMN_GONE = "the version that still runs reads and writes that column";
  static final String TYPE_CHANGED =
      "the version that still runs reads and writes that column as it was, and the table may be"
          + " rewritten under a lock";
  static final String NOT_NULL = "the version that still runs may write NULL there";
  static final String ADDED_NOT_NULL =
      "the version that still runs does not know that column, so its INSERTs fail";
  static final String RENAMED = "the version that still runs uses the old name";
  static final String DEFAULT_GONE = "INSERTs that leave that column out get NULL from then on";
  static final String INDEX_GONE =
      "queries, and upserts that name it, of the version that still runs may rest on it";
  static final String CONSTRAINED =
      "what the version that still runs writes against it is refused from then on";
  static final String TRIGGERS = "it runs in the writes of the version that still runs too";
  static final String TRIGGER_GONE =
      "what it did in the writes of the version that still runs is done no more";
  static final String ROWS_HIDDEN = "the version that still runs may no longer see its rows";
  static final String LESS_ALLOWED = "the version that still runs may be refused what it does";
  static final String DYNAMIC = "it makes up its statements as it runs: they can't be seen here";
  static final String DATA =
      "it changes what is there, and a rollback of the release does not change it back";
  static final String LOCKS = "writes to the table wait until the index is built";
  static final String LOCKS_ALL = "others wait for the table until it is done";

  /// PostgreSQL, ALTER TABLE, "Notes": a volatile default, an identity or a stored generated
  /// column.
  static final String REWRITES =
      "the whole table is rewritten under a lock that readers wait for too";

  static final String UNSEEN = "another file is read here, which was not given";

  static final String DROP_LATER =
      "stop using it in this release, and drop it in a later one, once nothing that runs uses it";
  static final String NEW_COLUMN =
      "add a column of the new type beside it, write both, and drop the old one in a later release";
  static final String NOT_NULL_LATER =
      "fill the column and write it always in this release, and set it NOT NULL in a later one";
  static final String WITH_DEFAULT =
      "give it a DEFAULT, or leave it nullable until a later release";
  static final String NEW_NAME_BESIDE =
      "add the new name beside the old one (a column, a view), and drop the old one in a later"
          + " release";
  static final String CONCURRENTLY = "use CREATE INDEX CONCURRENTLY, outside a transaction";

  static final String AFTER_THIS =
      "do it in a later release, once no version runs that writes otherwise";
  static final String KEEP_DEFAULT = "keep the DEFAULT until no version runs that leaves it out";
  static final String FILL_LATER = "add it without, and fill it in batches";
  static final String READ_IT = "read it yourself";

  private Words() {}
}
