using System.Security.Cryptography;
using System.Text;

namespace Svae.Workbench.Display;

/// <summary>
/// The <c>text/html</c> of a figure: a picture, an empty sibling, and a script that fills the sibling with the live chart if and when
/// <c>window.Plotly</c> is there (a host that loads it later dispatches the event <c>svae-plotly</c> on <c>window</c>).
/// </summary>
internal static class FigureHtml
{
    // The chart takes text colour from where it stands, so it follows light and dark themes. Nothing is removed or replaced:
    // VS Code detaches and re-inserts outputs, and would stumble over a missing node. Where the chart has less than its width, the legend
    // takes more rows than were planned, and gets the space.
    private const string Script = """
        (function(id,fig){
        function place(){document.querySelectorAll('[data-svae-figure="'+id+'"]').forEach(function(root){
          var live=root.querySelector('.svae-live'),still=root.querySelector('.svae-still');
          if(!window.Plotly||!live||live.svaeFilled)return;
          live.svaeFilled=true;
          var f=JSON.parse(JSON.stringify(fig)),ink=getComputedStyle(root).color,grid='rgba(128,128,128,.25)',l=f.layout;
          l.paper_bgcolor=l.plot_bgcolor='rgba(0,0,0,0)';l.font.color=ink;
          Object.keys(l).forEach(function(k){if(/^[xy]axis/.test(k)){l[k].gridcolor=grid;l[k].linecolor=ink;l[k].zerolinecolor=grid;l[k].tickcolor=ink}});
          live.style.display='block';
          Promise.resolve(window.Plotly.newPlot(live,f.data,l,{responsive:true,displaylogo:false})).then(function(){
            still.style.display='none';
            var more=((live._fullLayout||{}).legend||{})._height-l.meta.legendHeight;
            if(!(more>3))return;
            var change={'margin.t':l.margin.t+more,height:l.height+more};
            l.annotations.forEach(function(a,i){if(a.name==='subtitle')change['annotations['+i+'].yshift']=a.yshift+more});
            return window.Plotly.relayout(live,change);
          },function(){live.style.display='none'});
        })}
        place();setTimeout(place,50);window.addEventListener('load',place);window.addEventListener('svae-plotly',place);
        })
        """;

    public static string Write(FigurePlan plan, byte[] png)
    {
        string json = LiveFigure.Json(plan);
        string id = Id(json);
        int width = plan.Figure.Width;
        return $"""
            <div data-svae-figure="{id}" style="max-width:{width}px">
            <div class="svae-live" style="display:none"></div>
            <div class="svae-still">{StillHtml.Write(png, width, plan.Summary())}</div>
            </div>
            <script>{Script.ReplaceLineEndings("\n")}("{id}",{json})</script>
            """;
    }

    /// <summary>An id made from the content: the same output every time, and no clash between different outputs of one page.</summary>
    public static string Id(string content) => "s" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(content)))[..12];
}
