/** The import laws of docs/ARCHITECTURE.md. @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'apps-never-import-each-other',
      severity: 'error',
      from: { path: '^apps/([^/]+)/' },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'libs-never-import-apps',
      severity: 'error',
      from: { path: '^libs/' },
      to: { path: '^apps/' },
    },
    {
      name: 'a-lib-is-entered-by-its-index',
      severity: 'error',
      from: { path: '^(apps|libs)/([^/]+)/' },
      to: { path: '^libs/([^/]+)/src/', pathNot: ['^$1/$2/', '^libs/[^/]+/src/index\\.ts$'] },
    },
    {
      name: 'contracts-imports-nothing-of-ours',
      severity: 'error',
      from: { path: '^libs/contracts/' },
      to: { path: '^(apps|libs)/', pathNot: '^libs/contracts/' },
    },
    {
      name: 'only-the-driver-imports-kafkajs',
      severity: 'error',
      from: { path: '^(apps|libs)/', pathNot: '^libs/kafka/src/driver/' },
      to: { path: 'node_modules/kafkajs' },
    },
    {
      name: 'the-console-knows-only-the-api',
      severity: 'error',
      from: { path: '^apps/console/' },
      to: { path: '^libs/' },
    },
    {
      name: 'retry-is-pure',
      severity: 'error',
      from: { path: '^libs/kafka/src/retry/', pathNot: '\\.spec\\.ts$' },
      to: {
        path: ['node_modules/(@nestjs|kafkajs)', '^libs/kafka/src/(driver|server|delivery|interceptors)/'],
      },
    },
    {
      name: 'not-to-dev-dependency',
      severity: 'error',
      // What the console needs is bundled with it.
      from: { path: '^(apps|libs)/', pathNot: '^apps/console/|\\.spec\\.ts$|/testing/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)dist/' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['source', 'import', 'require', 'node', 'default', 'types'],
    },
  },
};
