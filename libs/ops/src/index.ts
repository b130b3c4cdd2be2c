export { choice, decimal, flag, integer, list, ratio, text } from './config/builders.js';
export { loadConfigOrExit } from './config/load-config-or-exit.js';
export { loadSettings, type LoadedSettings, type SettingsCheck } from './config/load-settings.js';
export { opsSettings } from './config/ops-settings.js';
export { defineSettings, setting, type Setting, type SettingValues } from './config/setting.js';
export { readSources, type Sources } from './config/sources.js';
