using Svae.Workbench.Learning;
using Xunit;

namespace Svae.Workbench.Tests.Learning;

public class ScheduleTests
{
    [Fact]
    public void Each_form_has_its_formula()
    {
        Assert.Equal([1, 1, 1], new[] { 0, 5, 10 }.Select(i => Schedule.Constant.At(i, 10)));
        Assert.Equal([1, 0.6, 0.2], new[] { 0, 5, 10 }.Select(i => Schedule.Linear(0.2).At(i, 10)), (a, b) => Math.Abs(a - b) < 1e-12);
        Assert.Equal([1, 0.55, 0.1], new[] { 0, 5, 10 }.Select(i => Schedule.Cosine(0.1).At(i, 10)), (a, b) => Math.Abs(a - b) < 1e-12);
    }

    [Fact]
    public void A_warm_up_rises_to_the_start_and_then_the_form_begins()
    {
        Schedule schedule = Schedule.Linear(0).WarmUp(4, from: 0.2);
        Assert.Equal([0.4, 0.6, 0.8, 1, 1, 0.5], new[] { 0, 1, 2, 3, 4, 7 }.Select(i => schedule.At(i, 10)), (a, b) => Math.Abs(a - b) < 1e-12);
        Assert.Throws<ArgumentException>(() => Schedule.Constant.WarmUp(-1));
    }
}
