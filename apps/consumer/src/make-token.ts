import { makeTokenOf } from '@pipeline/ops';

// node dist/make-token.js --name NAME --role ROLE [--expires 90d]
const made = makeTokenOf(process.argv.slice(2), Date.now());
if ('problem' in made) {
  process.stderr.write(`${made.problem}\n`);
  process.exitCode = 2;
} else {
  process.stdout.write(
    `The token, shown this once: ${made.token}\n` +
      'Its entry for ADMIN_TOKENS_FILE, a JSON array of such entries:\n' +
      `${JSON.stringify(made.entry)}\n`,
  );
}
