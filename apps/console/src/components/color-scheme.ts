import { useEffect, useState } from 'preact/hooks';

const dark = matchMedia('(prefers-color-scheme: dark)');

/** What the reader prefers, followed as it changes: a canvas does not follow by itself. */
export function useColorScheme(): 'light' | 'dark' {
  const [isDark, setDark] = useState(dark.matches);
  useEffect(() => {
    const follow = () => setDark(dark.matches);
    dark.addEventListener('change', follow);
    return () => dark.removeEventListener('change', follow);
  }, []);
  return isDark ? 'dark' : 'light';
}
