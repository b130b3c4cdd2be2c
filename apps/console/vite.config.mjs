import { gzipSync } from 'node:zlib';
import { defineConfig } from 'vite';

/** What a phone on a bad line has to load before it shows anything. */
const SCRIPT_BUDGET_BYTES = 150_000;

/** Ends the build with an error when the scripts together, gzipped, are larger than the budget. */
function scriptBudget() {
  return {
    name: 'script-budget',
    /**
     * @param {unknown} _
     * @param {Record<string, { type: string, code?: string }>} bundle
     */
    writeBundle(_, bundle) {
      const bytes = Object.values(bundle)
        .filter(({ type }) => type === 'chunk')
        .reduce((sum, { code = '' }) => sum + gzipSync(code).length, 0);
      if (bytes > SCRIPT_BUDGET_BYTES) {
        throw new Error(`The scripts are ${bytes} bytes gzipped; at most ${SCRIPT_BUDGET_BYTES} are allowed`);
      }
    },
  };
}

export default defineConfig({
  root: import.meta.dirname,
  base: '/console/',
  logLevel: 'warn',
  plugins: [scriptBudget()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    // Nothing is inlined: the content security policy allows files of our own only.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
