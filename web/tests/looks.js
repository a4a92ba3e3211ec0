// SPDX-License-Identifier: Apache-2.0
// What can be told of a page without looking at it: names of controls, contrast of what is written, width.

const CONTROLS = new Set([
    'button', 'link', 'textbox', 'searchbox', 'combobox', 'checkbox', 'radio', 'listbox', 'slider', 'spinbutton', 'progressbar', 'image',
    'DisclosureTriangle', 'dialog', 'region', 'form', 'group', 'table', 'navigation', 'complementary',
]);
/** Roles that hold others and need no name of their own. */
const NAMELESS = new Set(['group', 'table']);

/** Controls of the accessibility tree that have no name, by role. */
export async function unnamed(page) {
    const session = await page.context().newCDPSession(page);
    const { nodes } = await session.send('Accessibility.getFullAXTree');
    await session.detach();
    const found = nodes.filter((node) => !node.ignored && CONTROLS.has(node.role?.value));
    return {
        controls: found.length,
        without: found.filter((node) => !NAMELESS.has(node.role.value) && !node.name?.value?.trim()).map((node) => node.role.value),
    };
}

/** Pixels by which the page is wider than its window. */
export const overflow = (page) => page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - innerWidth));

/** What is written with less contrast than WCAG 2.2 AA asks for: 4.5 to 1, large letters 3 to 1. As "ratio text". */
export function faint(page) {
    return page.evaluate(() => {
        const parse = (color) => {
            const [r, g, b, a = 1] = color.match(/[\d.]+/g).map(Number);
            return { r, g, b, a };
        };
        const over = (top, under) => {
            const mix = (k) => top[k] * top.a + under[k] * (1 - top.a);
            return { r: mix('r'), g: mix('g'), b: mix('b'), a: 1 };
        };
        const channel = (c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4);
        const light = ({ r, g, b }) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
        const ratio = (x, y) => {
            const [high, low] = [light(x), light(y)].sort((p, q) => q - p);
            return (high + 0.05) / (low + 0.05);
        };
        function ground(element) {
            const layers = [];
            for (let at = element; at; at = at.parentElement) {
                const color = parse(getComputedStyle(at).backgroundColor);
                if (color.a > 0) layers.push(color);
                if (color.a === 1) break;
            }
            return layers.reduceRight((under, top) => over(top, under), { r: 255, g: 255, b: 255, a: 1 });
        }
        const opacity = (element) => (element ? Number(getComputedStyle(element).opacity) * opacity(element.parentElement) : 1);
        const found = [];
        let seen = 0;
        function check(element, color, text) {
            const style = getComputedStyle(element);
            const under = ground(element);
            const ink = parse(color);
            ink.a *= opacity(element);
            const size = parseFloat(style.fontSize);
            const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
            const has = ratio(over(ink, under), under);
            seen += 1;
            if (has < (large ? 3 : 4.5)) found.push(`${has.toFixed(2)} ${element.tagName}.${element.getAttribute('class') ?? ''}: ${text.trim().slice(0, 40)}`);
        }
        const hidden = (element) => element.closest('.hidden, :disabled, option, datalist, title, style, script') || !element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
        const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        while (walker.nextNode()) {
            const element = walker.currentNode.parentElement;
            if (!walker.currentNode.data.trim() || hidden(element)) continue;
            const style = getComputedStyle(element);
            check(element, element.namespaceURI.endsWith('svg') ? style.fill : style.color, walker.currentNode.data);
        }
        for (const field of document.querySelectorAll('input:not([type=checkbox], [type=radio], [type=file]), select')) {
            if (hidden(field)) continue;
            if (field.value) check(field, getComputedStyle(field).color, field.value);
            else if (field.placeholder) check(field, getComputedStyle(field, '::placeholder').color, field.placeholder);
        }
        return { seen, found };
    });
}
