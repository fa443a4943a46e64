using System.Globalization;
using System.Net;

namespace Svae.Workbench.Display;

/// <summary>The markup of a player and the script that brings it to life: no library, no network, nothing removed from the page.</summary>
internal static class PlayerHtml
{
    // Finds its own elements by the id made from the content, fills the empty sibling of the still picture, and leaves elements alone
    // that it has filled already. Plays while on screen, unless the reader asks for reduced motion.
    private const string Script = """
        (function(id,o){
        function start(root){
          var live=root.querySelector('.svae-live'),still=root.querySelector('.svae-still');
          if(!live||live.svaeFilled)return;live.svaeFilled=true;
          var img=new Image();img.onload=function(){
            var c=document.createElement('canvas');c.width=img.width;c.height=img.height;
            var g=c.getContext('2d',{willReadFrequently:true});g.drawImage(img,0,0);
            var n=0,total=0,row=document.createElement('div');row.style.cssText='display:flex;flex-wrap:wrap;gap:6px';
            var views=o.clips.map(function(clip){
              var box=document.createElement('div'),v=document.createElement('canvas'),cap=document.createElement('div');
              v.width=o.w;v.height=o.h;v.style.cssText='display:block;width:'+o.size+'px;border-radius:4px';
              cap.textContent=clip.name;cap.style.cssText='font:12px sans-serif;max-width:'+o.size+'px;overflow-wrap:anywhere';
              box.appendChild(v);box.appendChild(cap);row.appendChild(box);
              var first=n;n+=clip.count;total=Math.max(total,clip.count);
              return{g:v.getContext('2d'),clip:clip,first:first}});
            var bar=document.createElement('div');bar.style.cssText='display:flex;gap:8px;align-items:center;font:12px sans-serif;margin-top:3px';
            var button=document.createElement('button'),slider=document.createElement('input'),clock=document.createElement('span');
            button.type='button';button.style.cssText='width:30px;height:24px;padding:0;cursor:pointer';
            slider.type='range';slider.min=0;slider.max=total-1;slider.step=1;slider.value=0;slider.style.cssText='flex:1;min-width:60px;max-width:260px';
            slider.setAttribute('aria-label','frame');clock.style.cssText='min-width:52px;font-variant-numeric:tabular-nums';
            bar.appendChild(button);bar.appendChild(slider);bar.appendChild(clock);
            live.appendChild(row);live.appendChild(bar);live.style.display='block';if(o.hide)still.style.display='none';
            var t=0,seen=true,playing=!(window.matchMedia&&matchMedia('(prefers-reduced-motion: reduce)').matches);
            function draw(){views.forEach(function(v){
                var k=Math.min(t,v.clip.count-1),s=v.first+k,d=g.getImageData(s%o.columns*o.w,Math.floor(s/o.columns)*o.h,o.w,o.h),p=d.data;
                for(var i=0;i<p.length;i+=4){var x=p[i]/255*(o.ramp.length-1),a=Math.min(Math.floor(x),o.ramp.length-2),f=x-a;
                  for(var j=0;j<3;j++)p[i+j]=o.ramp[a][j]+f*(o.ramp[a+1][j]-o.ramp[a][j])}
                v.g.putImageData(d,0,0);
                var q=Math.max(5,Math.round(o.w*.1)),on=k>=v.clip.from&&k<v.clip.to&&t<v.clip.count;
                v.g.fillStyle=on?o.color:'rgba(255,255,255,.12)';v.g.fillRect(2,2,q,q);
                v.g.strokeStyle=on?'#fff':'rgba(255,255,255,.35)';v.g.strokeRect(2.5,2.5,q-1,q-1)});
              slider.value=t;clock.textContent=(t/o.fps).toFixed(2)+' s'}
            function face(){button.textContent=playing?'\u275A\u275A':'\u25B6';button.setAttribute('aria-label',playing?'pause':'play')}
            button.onclick=function(){playing=!playing;face()};
            slider.oninput=function(){playing=false;face();t=+slider.value;draw()};
            if(window.IntersectionObserver)new IntersectionObserver(function(e){seen=e[e.length-1].isIntersecting}).observe(row);
            setInterval(function(){if(playing&&seen&&live.isConnected){t=(t+1)%(total+Math.round(o.fps/3));if(t>=total)return;draw()}},1000/o.fps);
            face();draw()};
          img.src=o.sheet}
        function go(){document.querySelectorAll('[data-svae-player="'+id+'"]').forEach(start)}
        go();setTimeout(go,50);window.addEventListener('load',go);
        })
        """;

    /// <summary>The elements of a player; without scripts the still picture stays alone.</summary>
    public static string Body(string id, string still) =>
        $"""<div data-svae-player="{id}"><div class="svae-still">{still}</div><div class="svae-live" style="display:none"></div></div>""";

    /// <summary>The script that fills <see cref="Body"/>.</summary>
    /// <param name="id">Id of the player.</param>
    /// <param name="sheet">All frames.</param>
    /// <param name="clips">How the frames divide into clips.</param>
    /// <param name="scale">Colours.</param>
    /// <param name="frameRate">Frames per second.</param>
    /// <param name="color">Colour of the square that lights.</param>
    /// <param name="size">Width of a clip in CSS pixels.</param>
    /// <param name="hide">Hide the still picture once the player is there.</param>
    public static string Code(string id, SpriteSheet sheet, IReadOnlyList<FrameClip> clips, DepthScale scale, double frameRate,
        string color, int size, bool hide)
    {
        string Ramp() => string.Join(",", Enumerable.Range(0, 17).Select(i =>
            { var (r, g, b) = scale.Ramp.At(i / 16.0); return $"[{r},{g},{b}]"; }));
        string Clip(FrameClip c) => $"{{name:{Quote(c.Name)},count:{c.Frames.shape[0]},from:{c.ActiveFrom},to:{c.ActiveTo}}}";
        return $"<script>{Script.ReplaceLineEndings("\n")}(\"{id}\",{{w:{sheet.Width},h:{sheet.Height},columns:{sheet.Columns},fps:{frameRate.ToString(CultureInfo.InvariantCulture)},"
            + $"size:{size},hide:{(hide ? "true" : "false")},color:\"{color}\",ramp:[{Ramp()}],clips:[{string.Join(",", clips.Select(Clip))}],sheet:\"{sheet.Uri}\"}})</script>";
    }

    /// <summary>Text for HTML.</summary>
    public static string Escape(string text) => WebUtility.HtmlEncode(text);

    private static string Quote(string text) => System.Text.Json.JsonSerializer.Serialize(text);
}
