import { UserError } from './processes.mjs';

/**
 * Runs a command of tests and exits with the code that it gives. What breaks it off counts as one failure.
 * @param {() => Promise<number>} main
 */
export function runTestCommand(main) {
  main()
    .then((code) => process.exit(code))
    .catch((error) => {
      console.error(error instanceof UserError ? error.message : error);
      console.log('0 passed, 1 failed');
      process.exit(1);
    });
}
