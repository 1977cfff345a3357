// What moves on the pages: colours, search, copy buttons. Everything can be read without it.
const RESULTS_MAX = 12

const root = document.documentElement
const theme = document.getElementById('theme')
theme?.addEventListener('click', () => {
  const dark = root.classList.contains('light')
  root.classList.replace(dark ? 'light' : 'dark', dark ? 'dark' : 'light')
  localStorage.setItem('colorMode', dark ? 'dark' : 'light')
  document.dispatchEvent(new CustomEvent('dcms-theme', { detail: { dark } }))
})

for (const block of document.querySelectorAll('article pre')) {
  const button = document.createElement('button')
  button.type = 'button'
  button.className = 'copy'
  button.textContent = 'Copy'
  button.addEventListener('click', async () => {
    const copied = await navigator.clipboard?.writeText(block.querySelector('code')?.textContent ?? '').then(
      () => true,
      () => false,
    )
    button.textContent = copied ? 'Copied' : 'Select it by hand'
    setTimeout(() => {
      button.textContent = 'Copy'
    }, 2000)
  })
  const frame = document.createElement('div')
  frame.className = 'code'
  block.replaceWith(frame)
  frame.append(block, button)
}

/** A link to a folded entry opens it. */
function openTarget() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)))
  if (target instanceof HTMLDetailsElement) {
    target.open = true
    target.scrollIntoView()
  }
}
window.addEventListener('hashchange', openTarget)
openTarget()

const input = document.getElementById('search')
const results = document.getElementById('results')
let entries

async function entriesOnce() {
  if (!entries) {
    const answer = await fetch('/docs/search.json')
    entries = answer.ok ? await answer.json() : []
  }
  return entries
}

/** Every word must occur; in the title it counts more, at its beginning most. */
function scoreOf({ title, text, kind }, words) {
  const [titleText, rest] = [title.toLowerCase(), `${kind} ${text}`.toLowerCase()]
  let score = 0
  for (const word of words) {
    if (titleText.startsWith(word)) score += 8
    else if (titleText.includes(word)) score += 5
    else if (rest.includes(word)) score += 1
    else return 0
  }
  return score
}

function resultOf({ title, href, kind }) {
  const link = document.createElement('a')
  link.href = href
  const [name, place] = [document.createElement('span'), document.createElement('small')]
  name.textContent = title
  place.textContent = kind
  link.append(name, place)
  return link
}

async function search() {
  const words = input.value.toLowerCase().split(/\s+/).filter(Boolean)
  results.hidden = words.length === 0
  if (words.length === 0) return
  const all = await entriesOnce()
  const found = all
    .map((entry) => ({ entry, score: scoreOf(entry, words) }))
    .filter(({ score }) => score > 0)
    .sort((one, other) => other.score - one.score)
    .slice(0, RESULTS_MAX)
  const nothing = document.createElement('p')
  nothing.textContent = 'Nothing found'
  results.replaceChildren(...(found.length > 0 ? found.map(({ entry }) => resultOf(entry)) : [nothing]))
}

function moveIn(event) {
  if (event.key === 'Escape') {
    input.value = ''
    results.hidden = true
    input.focus()
  }
  if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return
  const links = [...results.querySelectorAll('a')]
  if (links.length === 0) return
  event.preventDefault()
  const position = links.indexOf(document.activeElement) + (event.key === 'ArrowDown' ? 1 : -1)
  if (position < 0) input.focus()
  else links[Math.min(position, links.length - 1)].focus()
}

input?.addEventListener('input', search)
input?.parentElement.addEventListener('keydown', moveIn)
input?.addEventListener('keydown', (event) => {
  if (event.key === 'Enter') results.querySelector('a')?.click()
})
document.addEventListener('click', (event) => {
  if (!event.target.closest('.search')) results.hidden = true
  const menu = document.querySelector('.menu')
  if (menu?.open && !event.target.closest('.menu')) menu.open = false
})
document.addEventListener('keydown', (event) => {
  const typing = event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement
  if (event.key === '/' && !typing) {
    event.preventDefault()
    input?.focus()
  }
})
