import { parseArgs } from 'node:util';
import { makeToken } from '@pipeline/ops';

// node dist/make-token.js --name NAME --role ROLE [--expires 90d]
const { values } = parseArgs({
  args: process.argv.slice(2),
  options: { name: { type: 'string' }, role: { type: 'string' }, expires: { type: 'string' } },
  strict: false,
});
const made = makeToken(values, Date.now());
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
