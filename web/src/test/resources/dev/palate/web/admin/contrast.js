// The words whose contrast with what is behind them is below 4.5 : 1 (WCAG 2.2, 1.4.3).
function lum(c){const f=v=>{v/=255;return v<=.04045?v/12.92:Math.pow((v+.055)/1.055,2.4)};return .2126*f(c[0])+.7152*f(c[1])+.0722*f(c[2]);}
function parse(s){const m=s.match(/^rgba?\(([\d.]+),\s*([\d.]+),\s*([\d.]+)(?:,\s*([\d.]+))?\)$/);return m?[+m[1],+m[2],+m[3],m[4]===undefined?1:+m[4]]:null;}
function back(e){for(;e;e=e.parentElement){const c=parse(getComputedStyle(e).backgroundColor);if(c&&c[3]===1)return c;}return [255,255,255,1];}
const bad=[];
for(const e of document.querySelectorAll('body *')){
  if(![...e.childNodes].some(n=>n.nodeType===3&&n.textContent.trim()))continue;
  const r=e.getBoundingClientRect();const st=getComputedStyle(e);
  if(!r.width||!r.height||st.visibility==='hidden'||st.clipPath!=='none'||e.closest('.away'))continue;
  const fg=parse(st.color);if(!fg)continue;
  const a=lum(fg),b=lum(back(e));const ratio=(Math.max(a,b)+.05)/(Math.min(a,b)+.05);
  if(ratio<4.5&&!e.disabled)bad.push(e.tagName+'.'+e.className+' '+ratio.toFixed(2)+' '+e.textContent.trim().slice(0,30));
}
return bad;
