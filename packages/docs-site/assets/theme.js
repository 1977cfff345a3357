// Before the first paint: the colours that the reader chose, else those of the system. The reference keeps its choice under the same name.
const chosen = localStorage.getItem('colorMode')
const dark = chosen === 'dark' || (chosen !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches)
document.documentElement.classList.add(dark ? 'dark' : 'light')
