// Makes graphile-worker's schema.
import { Logger, runMigrations } from "graphile-worker";

await runMigrations({ connectionString: process.env.DATABASE_URL, logger: new Logger(() => () => {}) });
console.log("ready");
process.exit(0);
