import type { Configuration } from 'electron-builder';

/**
 * Packages for the three systems (SPEC 8.5): `npm run package`. Signing and notarisation begin when their variables are
 * set (docs/release-checklist.md); updates are built in only when RUNPOD_LLM_UPDATE_URL says where they come from.
 */
const updateUrl = process.env['RUNPOD_LLM_UPDATE_URL'] ?? '';
const notarize = (process.env['APPLE_API_KEY'] ?? '') !== '';

/** The keyring's native library; all else is inside the bundles. */
const KEYRING = 'node_modules/@napi-rs/keyring';

const config: Configuration = {
  appId: 'ai.runpod-llm-manager.desktop',
  productName: 'RunPod LLM Manager',
  copyright: 'MIT License',
  artifactName: '${name}-${version}-${os}-${arch}.${ext}',
  directories: { output: 'dist', buildResources: 'resources/icons' },
  // The bundler has put what is needed into out/: nothing is rebuilt and no dependency is copied.
  npmRebuild: false,
  nodeGypRebuild: false,
  buildDependenciesFromSource: false,
  files: [
    '!**/*',
    'package.json',
    'out/main/*.js',
    'out/preload/index.cjs',
    'out/renderer/**/*',
    'resources/config.schema.json',
    'resources/models.json',
    'resources/images/**/*',
    'resources/watchdog/**/*',
    'resources/tray/*',
    'resources/icons/icon-512.png',
    `${KEYRING}/{index.js,package.json,LICENSE}`,
    `${KEYRING}-*/*.{node,json}`,
    '!**/*.map',
  ],
  extraResources: [{ from: 'resources/licences.txt', to: 'licences.txt' }],
  asar: true,
  asarUnpack: ['**/*.node'],
  electronLanguages: ['en', 'de'],
  protocols: [{ name: 'RunPod LLM Manager', schemes: ['runpod-llm'] }],
  publish: updateUrl === '' ? null : [{ provider: 'generic', url: updateUrl }],
  electronFuses: {
    // Our signed program is not to be a Node for others.
    runAsNode: false,
    enableCookieEncryption: true,
    enableNodeOptionsEnvironmentVariable: false,
    // On only in the artefact that is tested through Playwright, which needs the inspector.
    enableNodeCliInspectArguments: process.env['RUNPOD_LLM_TEST_ARTEFACT'] === '1',
    enableEmbeddedAsarIntegrityValidation: true,
    onlyLoadAppFromAsar: true,
    // There is no snapshot of our own; with it on, the app would not start.
    loadBrowserProcessSpecificV8Snapshot: false,
    grantFileProtocolExtraPrivileges: false,
  },
  mac: {
    category: 'public.app-category.developer-tools',
    icon: 'resources/icons/icon.icns',
    target: [
      { target: 'dmg', arch: ['arm64', 'x64'] },
      // What an updater reads.
      { target: 'zip', arch: ['arm64', 'x64'] },
    ],
    hardenedRuntime: true,
    gatekeeperAssess: false,
    notarize,
  },
  win: {
    icon: 'resources/icons/icon.ico',
    target: [{ target: 'nsis', arch: ['x64', 'arm64'] }],
  },
  nsis: {
    oneClick: false,
    perMachine: false,
    allowToChangeInstallationDirectory: true,
    deleteAppDataOnUninstall: false,
  },
  linux: {
    icon: 'resources/icons',
    category: 'Development',
    executableName: 'runpod-llm-manager',
    syncDesktopName: true,
    synopsis: 'Deploy LLMs on RunPod and use them through one local endpoint',
    maintainer: 'RunPod LLM Manager <maintainers@runpod-llm-manager.invalid>',
    target: [
      { target: 'AppImage', arch: ['x64', 'arm64'] },
      { target: 'deb', arch: ['x64', 'arm64'] },
    ],
    desktop: {
      entry: {
        StartupWMClass: 'runpod-llm-manager',
        Keywords: 'LLM;GPU;RunPod;OpenAI;',
        MimeType: 'x-scheme-handler/runpod-llm;',
      },
    },
  },
  deb: { depends: ['libgtk-3-0', 'libnotify4', 'libnss3', 'libxss1', 'libsecret-1-0'] },
};

export default config;
